// Keeps what is typed into a form on this computer until the server has it, and asks for a draft to be
// saved when typing rests. Keys carry the account and the page, so nobody takes up another's input;
// signing out clears them (site.js). Nothing here knows a rule of the study.
"use strict";

(() => {
  const REST_MS = 2500;
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const note = document.getElementById("kept-here");
  const key = `draft:${form.dataset.draft}:${location.pathname}`;
  const SKIP = new Set(["csrfmiddlewaretoken", "seen_revision", "act"]);
  let typed = 0;
  let sent = 0;
  let timer = 0;

  function values() {
    return [...new FormData(form)].filter(([name, value]) => !SKIP.has(name) && value !== "");
  }

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: values() }));
    } catch {
      // A full or forbidden store: the draft on the server is still there.
    }
  }

  function same(one, other) {
    return JSON.stringify(one) === JSON.stringify(other);
  }

  function fill(pairs) {
    const wanted = new Map();
    for (const [name, value] of pairs) wanted.set(name, [...(wanted.get(name) || []), value]);
    for (const control of form.elements) {
      if (!control.name || SKIP.has(control.name) || control.type === "submit") continue;
      const chosen = wanted.get(control.name) || [];
      control.disabled = false;
      if (control.type === "radio" || control.type === "checkbox") {
        control.checked = chosen.includes(control.value);
      } else {
        control.value = chosen[0] || "";
      }
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function offer() {
    const draft = kept();
    if (!draft || form.hasAttribute("data-bound")) return;
    if (same(draft.values, values())) {
      localStorage.removeItem(key);
      return;
    }
    const at = new Date(draft.at).toLocaleString(document.documentElement.lang);
    note.querySelector("span").textContent = note.dataset.words.replace("{at}", at);
    note.hidden = false;
  }

  note.querySelector("[data-take]").addEventListener("click", () => {
    const draft = kept();
    note.hidden = true;
    if (draft) fill(draft.values);
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
  note.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(key);
    note.hidden = true;
  });

  function rest() {
    clearTimeout(timer);
    if (!form.hasAttribute("data-autosave")) return;
    timer = setTimeout(() => {
      sent = typed;
      form.dispatchEvent(new CustomEvent("draft"));
    }, REST_MS);
  }

  function changed(event) {
    // A draft that waits to be taken up is not written over by the first key.
    if (!note.hidden && event.isTrusted) note.hidden = true;
    typed += 1;
    keep();
    rest();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => clearTimeout(timer));

  const state = document.getElementById("save-state");
  state?.addEventListener("htmx:afterRequest", (event) => {
    const saved = event.detail.successful && !event.detail.xhr.responseText.includes("data-unsaved");
    if (saved && sent === typed) localStorage.removeItem(key);
  });
  state?.addEventListener("htmx:sendError", () => {
    state.textContent = note.dataset.offline;
  });
  window.addEventListener("online", rest);
  offer();
})();
