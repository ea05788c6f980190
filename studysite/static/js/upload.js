// Sends files, a folder or a zip from a form marked data-upload, with progress. Without this script
// the form still posts what its inputs hold.
//
// The form posts `files` (one part a file) and `paths` (their paths in the folder, same order) in
// sends of at most data-batch files. The answer's [data-result] element is shown under its send.
"use strict";

(() => {
  const BATCH_FILES = 400;

  async function inFolder(entry) {
    if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      // A reader hands out a folder in parts; an empty part is the end.
      const part = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!part.length) return found;
      for (const inner of part) found.push(...(await inFolder(inner)));
    }
  }

  async function dropped(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const lists = [];
    for (const entry of entries) lists.push(...(await inFolder(entry)));
    return lists;
  }

  function line(list, title) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const state = document.createElement("span");
    const bar = document.createElement("progress");
    const result = document.createElement("div");
    name.textContent = title;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", title);
    result.className = "send-result";
    state.className = "num muted";
    item.append(name, state, bar, result);
    list.append(item);
    return { state, bar, result };
  }

  function finish(form, shown, request) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const answer = page.querySelector("[data-result], [data-sentence]");
    const sent = request.status >= 200 && request.status < 300;
    shown.bar.value = 1;
    shown.state.textContent = sent ? form.dataset.sent : form.dataset.refused;
    if (answer) shown.result.replaceChildren(document.importNode(answer, true));
    if (window.htmx) window.htmx.process(shown.result);
  }

  function send(form, files) {
    const body = new FormData(form);
    body.delete("files");
    for (const file of files) {
      body.append("files", file, file.name);
      body.append("paths", file.webkitRelativePath || file.name);
    }
    const count = form.dataset.count.replace("%s", files.length);
    const title = files.length === 1 ? files[0].name : count;
    const shown = line(form.querySelector(".sends"), title);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("HX-Request", "true");
      request.upload.onprogress = (event) => {
        shown.bar.value = event.loaded / event.total;
        shown.state.textContent = `${Math.round((100 * event.loaded) / event.total)} %`;
        if (event.loaded === event.total) shown.bar.removeAttribute("value");
      };
      request.onload = () => done(finish(form, shown, request));
      request.onerror = () => {
        shown.bar.value = 0;
        done((shown.state.textContent = form.dataset.offline));
      };
      request.send(body);
    });
  }

  async function sendAll(form, files) {
    const batch = Number(form.dataset.batch) || BATCH_FILES;
    for (let at = 0; at < files.length; at += batch) await send(form, files.slice(at, at + batch));
  }

  for (const form of document.querySelectorAll("form[data-upload]")) {
    const zone = form.querySelector(".drop");
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const take = async () => {
      const files = inputs.flatMap((input) => [...input.files]);
      inputs.forEach((input) => (input.value = ""));
      await sendAll(form, files);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      take();
    });
    inputs.forEach((input) => input.addEventListener("change", take));
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      await sendAll(form, await dropped(event.dataTransfer));
    });
  }
})();
