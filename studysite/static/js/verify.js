// Verifies the line in focus with one key: V verifies and goes on, J and K (or the arrows) go on and
// back. The keys work on a line alone, so that they never meet somebody who is typing.
"use strict";

(() => {
  const body = document.querySelector("[data-verify]");
  if (!body) return;

  function go(row, step) {
    const rows = [...body.rows];
    const next = rows[rows.indexOf(row) + step];
    const control = next && next.querySelector("[data-focus]");
    if (control) control.focus();
  }

  body.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr");
    const typing = event.target.matches("input, textarea, select");
    if (!row || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      go(row, step);
    } else if (event.key === "v") {
      const form = row.querySelector("form[hx-post]");
      event.preventDefault();
      if (form) form.requestSubmit();
      else go(row, 1);
    }
  });

  // The line comes back as a new one: the focus goes on to the line after it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const fresh = document.getElementById(event.detail.target.id);
    if (fresh && body.contains(fresh)) go(fresh, 1);
  });

  const first = body.querySelector("form[hx-post] [data-focus]");
  if (first) first.focus();
})();
