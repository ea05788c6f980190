// Asks the browser for a security key: `data-security-key="add"` or `"use"` on a button of the form
// whose field `credential` takes the answer. The options are in the page as JSON.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-security-key]");
  if (!button) return;
  const form = button.closest("form");
  const told = JSON.parse(document.getElementById("js_data").textContent);
  const refused = form.querySelector("[data-refused]");
  button.addEventListener("click", async () => {
    refused.hidden = true;
    try {
      const keys = window.webauthnJSON;
      const credential = button.dataset.securityKey === "add"
        ? await keys.create(told.creation_options)
        : await keys.get(told.request_options);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      refused.hidden = false;
      button.focus();
    }
  });
});
