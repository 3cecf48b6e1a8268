// How many rows of a list are chosen, and choosing all of them at once. Without a script rows are chosen one by one.
(function () {
  "use strict";

  const all = document.querySelector("[data-pick-all]");
  const picked = document.querySelector("[data-picked]");
  if (!all || !picked) return;
  const boxes = Array.from(document.querySelectorAll('input[type="checkbox"][form="bulk"]'));
  all.closest("label").hidden = false;

  function count() {
    const chosen = boxes.filter(function (box) { return box.checked; }).length;
    picked.textContent = chosen;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    boxes.forEach(function (box) { box.closest("tr").classList.toggle("marked", box.checked); });
  }

  all.addEventListener("change", function () {
    boxes.forEach(function (box) { box.checked = all.checked; });
    count();
  });
  document.addEventListener("change", function (event) {
    if (boxes.includes(event.target)) count();
  });
  // Coming back by the browser's back button, boxes may be checked already.
  window.addEventListener("pageshow", count);
  count();
})();
