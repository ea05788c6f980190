// Asks the browser for a security key: `data-security-key` on a button says what for. `add` and `use`
// send the key's answer in the form's field `credential`; the options are in the page as JSON.
// `sign` fetches the options, and fills the code that the answer is worth into the form's `code`.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const keys = window.webauthnJSON;
  const button = document.querySelector("[data-security-key]");
  if (!button) return;
  const form = button.closest("form");
  const refused = form.querySelector("[data-refused]");

  async function send() {
    const told = JSON.parse(document.getElementById("js_data").textContent);
    const credential = button.dataset.securityKey === "add"
      ? await keys.create(told.creation_options)
      : await keys.get(told.request_options);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  }

  async function asked(address, more) {
    const answer = await fetch(address, more);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  }

  async function fillCode() {
    const accepted = form.querySelector("[data-accepted]");
    const address = button.closest("[data-key-code]").dataset.keyCode;
    accepted.textContent = "";
    const credential = await keys.get((await asked(address)).request_options);
    const body = new FormData();
    body.append("credential", JSON.stringify(credential));
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    form.elements.code.value = (await asked(address, { method: "POST", body })).code;
    accepted.textContent = accepted.dataset.words;
  }

  button.addEventListener("click", async () => {
    refused.hidden = true;
    try {
      await (button.dataset.securityKey === "sign" ? fillCode() : send());
    } catch (error) {
      refused.hidden = false;
      button.focus();
    }
  });
});
