// Sends files, a folder or a zip from a form marked data-upload, each file in a request of its own,
// two at a time. Without this script the form posts all that its inputs hold in one send.
//
// data-open answers {files, close, page}: where the files go (`file`), where their end is told, and
// the page that shows what became of them. A refusal is {sentence}.
"use strict";

(() => {
  const AT_ONCE = 2;
  const TRIES = 3;
  const PAUSE_MS = 500;

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

  function post(url, body, onProgress) {
    const request = new XMLHttpRequest();
    const answer = new Promise((done) => {
      request.open("POST", url);
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => onProgress && onProgress(event.loaded / event.total);
      request.onload = () => {
        let said = {};
        try {
          said = JSON.parse(request.responseText);
        } catch {
          // A page, not an answer of ours: its status says enough.
        }
        done({ ok: request.status >= 200 && request.status < 300, status: request.status, said });
      };
      request.onerror = () => done({ ok: false, status: 0, said: {} });
      request.onabort = () => done({ ok: false, status: -1, said: {} });
      request.send(body);
    });
    return { request, answer };
  }

  class Sending {
    constructor(form) {
      this.form = form;
      this.words = form.dataset;
      this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      this.list = form.querySelector(".sends");
      this.total = form.querySelector("[data-total]");
      this.files = [];
      this.running = new Set();
      this.stopped = false;
      this.places = null;
      form.querySelector("[data-stop]").addEventListener("click", () => this.stop());
      form.querySelector("[data-again]").addEventListener("click", () => this.go());
      form.querySelector("[data-finish]").addEventListener("click", () => this.finish());
    }

    add(files) {
      for (const file of files) {
        const line = document.createElement("li");
        const name = document.createElement("span");
        const state = document.createElement("span");
        name.textContent = file.webkitRelativePath || file.name;
        state.textContent = this.words.waits;
        state.className = "num muted";
        line.append(name, " ", state);
        this.list.append(line);
        this.files.push({ file, line, state, share: 0, arrived: false, refused: false, busy: false });
      }
      if (files.length) this.go();
    }

    body() {
      const body = new FormData(this.form);
      body.delete("files");
      return body;
    }

    say(sentence) {
      const said = this.total.querySelector("[data-said]");
      said.textContent = sentence;
      said.hidden = !sentence;
    }

    show() {
      const arrived = this.files.filter((one) => one.arrived).length;
      const bytes = this.files.reduce((sum, one) => sum + one.file.size, 0) || 1;
      const sent = this.files.reduce((sum, one) => sum + one.file.size * one.share, 0);
      const going = this.running.size > 0;
      this.total.hidden = false;
      this.total.querySelector("progress").value = sent / bytes;
      this.total.querySelector("[data-counted]").textContent = this.words.count
        .replace("{done}", arrived)
        .replace("{all}", this.files.length);
      this.total.querySelector("[data-stop]").hidden = !going;
      this.total.querySelector("[data-again]").hidden = going || arrived === this.files.length;
      this.total.querySelector("[data-finish]").hidden = going || !arrived;
    }

    async go() {
      this.stopped = false;
      this.say("");
      if (!this.opening) this.opening = this.open();
      if (!(await this.opening)) {
        this.opening = null;
        return;
      }
      for (const one of this.files) one.refused = false;
      await Promise.all(Array.from({ length: AT_ONCE - this.running.size }, () => this.work()));
      if (this.running.size) return;
      this.show();
      if (this.files.every((one) => one.arrived)) this.finish();
    }

    async open() {
      const { ok, said } = await post(this.words.open, this.body()).answer;
      if (ok) this.places = said;
      else this.say(said.sentence || this.words.offline);
      this.show();
      return ok;
    }

    async work() {
      for (;;) {
        const one = this.files.find((each) => !each.arrived && !each.refused && !each.busy);
        if (!one || this.stopped) return;
        one.busy = true;
        await this.send(one);
        one.busy = false;
      }
    }

    async send(one) {
      for (let attempt = 1; ; attempt += 1) {
        const body = new FormData();
        body.append("csrfmiddlewaretoken", this.token);
        body.append("file", one.file, "file");
        const { request, answer } = post(this.places.files, body, (share) => {
          one.share = share;
          one.state.textContent = `${Math.round(100 * share)} %`;
          this.show();
        });
        this.running.add(request);
        const { ok, status, said } = await answer;
        this.running.delete(request);
        one.arrived = ok;
        one.share = ok ? 1 : 0;
        if (ok) one.state.textContent = this.words.sent;
        else if (this.stopped) one.state.textContent = this.words.stopped;
        else if ((status === 0 || status >= 500) && attempt < TRIES) {
          await new Promise((done) => setTimeout(done, PAUSE_MS * attempt));
          if (!this.stopped) continue;
        } else {
          one.refused = true;
          one.state.textContent = said.sentence ? this.words.refused : this.words.unsent;
          this.say(said.sentence || this.words.offline);
        }
        this.show();
        return;
      }
    }

    stop() {
      this.stopped = true;
      for (const request of this.running) request.abort();
    }

    async finish() {
      const { ok, said } = await post(this.places.close, this.body()).answer;
      if (ok) window.location.assign(this.places.page);
      else this.say(said.sentence || this.words.offline);
    }
  }

  for (const form of document.querySelectorAll("form[data-upload]")) {
    const sending = new Sending(form);
    const zone = form.querySelector(".drop");
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const take = () => {
      const files = inputs.flatMap((input) => [...input.files]);
      inputs.forEach((input) => (input.value = ""));
      sending.add(files);
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
      sending.add(await dropped(event.dataTransfer));
    });
  }
})();
