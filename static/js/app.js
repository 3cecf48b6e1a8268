// Small comforts on top of pages that work without a script.
(function () {
  "use strict";

  const find = document.getElementById("find");

  function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && find && !isTyping(event.target) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      find.focus();
    }
    if (event.key !== "Escape") return;
    // Close the menu sheet of small screens, and the account menu.
    if (location.hash === "#menu") {
      location.hash = "#main";
      const opener = document.querySelector('a[href="#menu"]');
      if (opener) opener.focus();
    }
    document.querySelectorAll("details.who[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.who[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // Buttons with data-confirm ask first; without a script the form is simply sent.
  document.addEventListener("submit", function (event) {
    const button = event.submitter || event.target.querySelector("[data-confirm]");
    if (button && button.dataset && button.dataset.confirm && !window.confirm(button.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    // A form is sent once: a second click while the answer is on its way does nothing.
    if (event.target.method === "post" && !event.target.hasAttribute("hx-post")) {
      if (event.target.dataset.sent) event.preventDefault();
      event.target.dataset.sent = "1";
    }
  });

  // Coming back by the browser's back button, forms may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.addEventListener("click", function () {
      window.print();
    });
  });

  // After a refused form, reading starts at the summary of what to change.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
})();
