// Comforts of the review pages; without a script everything is still there and can be sent.
(function () {
  "use strict";

  // A place is ticked as soon as somebody writes about it.
  document.addEventListener("input", function (event) {
    const place = event.target.closest(".places li");
    if (!place || event.target.tagName !== "TEXTAREA" || !event.target.value.trim()) return;
    place.querySelector('input[type="checkbox"]').checked = true;
    place.classList.add("on");
  });
  document.addEventListener("change", function (event) {
    const place = event.target.closest(".places li");
    if (place && event.target.type === "checkbox") place.classList.toggle("on", event.target.checked);
  });

  // A verdict other than the engine's wants words: open the field.
  document.addEventListener("change", function (event) {
    const tick = event.target.closest(".tick");
    if (tick && event.target.type === "radio" && event.target.value === "not_met") {
      tick.querySelector("details").open = true;
    }
  });

  // A link to a closed part opens it.
  function openTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const part = target && (target.matches("details") ? target : target.closest("details"));
    if (part) part.open = true;
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();

  // Printing shows every part.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.part, details.round").forEach(function (part) {
      part.open = true;
    });
  });
})();
