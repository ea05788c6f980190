// Counts how long a case is looked at: seconds in which its page is on the screen and the reader has
// moved, typed or scrolled within the last minute. The count goes along with each save.
"use strict";

(() => {
  const STILL_MS = 60000;
  const form = document.querySelector("form[data-looked]");
  if (!form) return;
  const told = form.elements.namedItem("seconds");
  let active = Date.now();
  let counted = 0;

  for (const kind of ["pointermove", "keydown", "scroll", "pointerdown"]) {
    document.addEventListener(kind, () => { active = Date.now(); }, { passive: true, capture: true });
  }
  setInterval(() => {
    if (document.visibilityState === "visible" && Date.now() - active < STILL_MS) {
      counted += 1;
      told.value = String(counted);
    }
  }, 1000);
  // What was saved is counted no more.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (form.contains(event.target)) event.target.dataset.sent = String(counted);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!form.contains(event.target) || !event.detail.successful) return;
    if (event.detail.xhr.responseText.includes("data-unsaved")) return;
    counted -= Number(event.target.dataset.sent || 0);
    told.value = String(counted);
  });
})();
