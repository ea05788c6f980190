// Shows the questions of a case report form as their conditions are answered. The server decides the
// same on every save; without this script, saving a draft shows the questions that follow.
"use strict";

(() => {
  function answers(form, name) {
    return new FormData(form).getAll(name);
  }

  function update(form) {
    // In order: a question that is closed has no answer, so it closes what hangs on it.
    for (const part of form.querySelectorAll("[data-asked-if]")) {
      const gate = form.querySelector(`[name="${part.dataset.askedIf}"]`);
      const open = gate && !gate.disabled;
      const values = part.dataset.askedValues.split(" ");
      const asked = open && answers(form, part.dataset.askedIf).some((each) => values.includes(each));
      part.hidden = !asked;
      for (const control of part.querySelectorAll("input, select, textarea")) {
        control.disabled = !asked;
      }
    }
  }

  for (const form of document.querySelectorAll("form[data-form]")) {
    form.addEventListener("change", () => update(form));
    update(form);
  }
})();
