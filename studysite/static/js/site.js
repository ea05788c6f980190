// What every page needs: the anti-forgery header for htmx, and its errors as sentences.
"use strict";

(() => {
  const token = document.querySelector('meta[name="csrf-token"]');
  const notes = document.getElementById("notes");

  function say(sentence) {
    const note = document.createElement("div");
    note.className = "note note-error";
    note.setAttribute("role", "alert");
    note.textContent = sentence;
    notes.replaceChildren(note);
    note.scrollIntoView({ block: "nearest" });
  }

  // Our error pages carry their sentence in an element marked for this.
  function sentenceIn(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const marked = page.querySelector("[data-sentence]");
    return marked ? marked.textContent.trim() : "";
  }

  // The next person at this computer finds nothing of what the last one typed.
  document.addEventListener("submit", (event) => {
    if (!new URL(event.target.getAttribute("action") || "", location.href).pathname.includes("/logout")) return;
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("draft:")) localStorage.removeItem(key);
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:responseError", (event) => {
    say(sentenceIn(event.detail.xhr.responseText) || notes.dataset.failed);
  });
  document.addEventListener("htmx:sendError", () => say(notes.dataset.offline));
  document.addEventListener("htmx:timeout", () => say(notes.dataset.offline));
})();
