// Sends files, a folder or a zip from a form marked data-upload, two at a time, each in pieces: where
// a connection is cut the file goes on where it was, at once, or after the page was opened again by
// a button marked data-resume. Without this script the form posts all that its inputs hold in one send.
//
// data-open answers {pieces, close, page}: where pieces go (KEY is the file's key), where the end is
// told, and the page that shows what became of them. A piece is answered {at, whole, number}, a refusal
// is {sentence}.
"use strict";

(() => {
  const AT_ONCE = 2;
  const TRIES = 6;
  const PAUSE_MS = 500;
  const PIECE_BYTES = 8 * 2 ** 20;
  const ENDS_BYTES = 4 * 2 ** 20;
  const MISPLACED = 409;

  // A file's key follows from what is in it and from a secret of this browser, so that the same file
  // chosen again has the same key, and the server learns no name.
  function secret() {
    let kept = localStorage.getItem("upload-secret");
    if (!kept) {
      kept = [...crypto.getRandomValues(new Uint8Array(16))].join(".");
      localStorage.setItem("upload-secret", kept);
    }
    return kept;
  }

  async function keyOf(file) {
    const parts = [file.slice(0, ENDS_BYTES), file.slice(Math.max(ENDS_BYTES, file.size - ENDS_BYTES))];
    // Of a file longer than its two ends the time it was written counts too.
    const written = file.size > 2 * ENDS_BYTES ? file.lastModified : 0;
    let bytes = crypto.getRandomValues(new Uint8Array(16));
    // Only where the page came by TLS or from this machine; elsewhere a file begins anew.
    if (crypto.subtle) {
      const said = new Blob([secret(), " ", file.size, " ", written, " ", ...parts]);
      const digest = await crypto.subtle.digest("SHA-256", await said.arrayBuffer());
      bytes = new Uint8Array(digest).slice(0, 16);
    }
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

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

  function ask(method, url, { body = null, token = "", onProgress = null } = {}) {
    const request = new XMLHttpRequest();
    const answer = new Promise((done) => {
      request.open(method, url);
      request.setRequestHeader("Accept", "application/json");
      if (token) request.setRequestHeader("X-CSRFToken", token);
      if (body instanceof Blob) request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (event) => onProgress && onProgress(event.loaded);
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
      this.resumed = false;
      for (const button of document.querySelectorAll("[data-resume]"))
        button.addEventListener("click", () => this.resume(button));
      window.addEventListener("online", () => this.places && !this.stopped && this.go());
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

    resume(button) {
      this.places = { ...button.dataset };
      this.opening = Promise.resolve(true);
      this.resumed = true;
      this.say("");
      this.form.querySelector("[data-resumed]").hidden = false;
      for (const each of document.querySelectorAll("[data-resume]")) each.disabled = true;
      this.form.querySelector("input[type=file]").focus();
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
      const { ok, said } = await ask("POST", this.words.open, { body: this.body() }).answer;
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

    // One file, piece by piece. `at` is how much of it the server has; null where that is not known.
    async send(one) {
      one.key = one.key || (await keyOf(one.file));
      let at = this.resumed || one.begun ? null : 0;
      one.begun = true;
      let furthest = 0;
      for (let failed = 0; !this.stopped; ) {
        const { ok, status, said } = await this.piece(one, at);
        if (ok && said.at !== undefined) {
          // Only what came anew is a step: an answer to how much there is begins no new row of tries.
          failed = said.at > furthest ? 0 : failed;
          furthest = Math.max(furthest, said.at);
          at = said.at;
          one.share = one.file.size ? at / one.file.size : 0;
          one.arrived = Boolean(said.whole);
          // Sentences about what became of a file name it by its number, never by its name.
          const number = said.number ? ` (${said.number})` : "";
          one.state.textContent = one.arrived ? this.words.sent + number : `${Math.round(100 * one.share)} %`;
          this.show();
          if (one.arrived) return;
        } else if (status === MISPLACED && said.code === "misplaced") {
          // Another tab sends it too, or the server took more than it could answer.
          at = null;
          await new Promise((done) => setTimeout(done, PAUSE_MS));
        } else if ((status === 0 || status >= 500) && (failed += 1) < TRIES) {
          at = null;
          await new Promise((done) => setTimeout(done, PAUSE_MS * failed));
        } else if (!this.stopped) {
          one.refused = true;
          one.state.textContent = said.sentence ? this.words.refused : this.words.unsent;
          this.say(said.sentence || this.words.offline);
          this.show();
          return;
        }
      }
      one.state.textContent = this.words.stopped;
      this.show();
    }

    async piece(one, at) {
      const url = this.places.pieces.replace("KEY", one.key);
      const { size } = one.file;
      const body = at === null ? null : one.file.slice(at, Math.min(size, at + PIECE_BYTES));
      const onProgress = (loaded) => {
        one.share = size ? Math.min(1, (at + loaded) / size) : 0;
        one.state.textContent = `${Math.round(100 * one.share)} %`;
        this.show();
      };
      const { request, answer } =
        at === null
          ? ask("GET", url)
          : ask("POST", `${url}?at=${at}&size=${size}`, { body, token: this.token, onProgress });
      this.running.add(request);
      const got = await answer;
      this.running.delete(request);
      return got;
    }

    stop() {
      this.stopped = true;
      for (const request of this.running) request.abort();
    }

    async finish() {
      const { ok, said } = await ask("POST", this.places.close, { body: this.body() }).answer;
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
