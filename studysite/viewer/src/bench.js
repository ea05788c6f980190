// The analyst's bench: points and outlines in the views, the measurement run and seen from beside
// them. Whatever is decided is decided by the server; here it is asked for, in the API's words.
import { History } from "./history.js";
import { Outlining, areaOf } from "./outlining.js";
import { Points } from "./points.js";
import { standing } from "./standing.js";
import { svg } from "./picture.js";
import { dot, minus } from "./vector.js";

const ASK_MS = 700;
const NEAR_COURSE_MM = 0.8;

export class Bench {
  constructor(root, viewer) {
    Object.assign(this, { root, viewer, state: viewer.state, asked: 0, suggested: {} });
    this.points = new Points(this);
    this.outlining = new Outlining(this);
    this.history = new History(
      () => ({ sides: this.points.sides, outlines: this.outlining.outlines, suggested: this.suggested }),
      ({ sides, outlines, suggested }) => {
        this.points.sides = sides;
        this.outlining.outlines = outlines;
        this.suggested = suggested;
      },
    );
    this.take(JSON.parse(document.getElementById("bench-data").textContent));
    this.listen();
    this.state.listen(() => this.show());
  }

  find(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  // What the page says of the version that is open.
  take(data) {
    this.data = data;
    this.points.take(data.ends);
    this.outlining.take(data.outlines, data.sections);
    this.saved = JSON.stringify([this.points.ends(), this.outlining.all()]);
    this.changed();
  }

  // ---- in the views ----
  attach(pane) {
    pane.hands = [this.outlining, this.points, { draw: (one) => this.drawCourse(one) }];
    pane.over.addEventListener("pointermove", (event) => {
      if (pane.view) this.outlining.hover(pane, ...pane.at(event));
    });
    if (pane.name === "section") {
      const scroll = pane.onScroll;
      pane.onScroll = (steps) =>
        this.outlining.active(pane) ? this.outlining.step(Math.sign(steps)) : scroll(steps);
    }
  }

  drawing(pane) {
    return this.outlining.active(pane);
  }

  // The measured centreline, where it lies in a plane of the scan.
  drawCourse(pane) {
    if (pane.fixed) return;
    for (const [side, { course }] of Object.entries(this.viewer.nerves)) {
      if (!course) continue;
      const [first, last] = course.measured.map((arc) => Math.round(course.row(arc)));
      let [path, down] = ["", false];
      for (const point of course.points.slice(first, last + 1)) {
        const near = Math.abs(dot(minus(point, pane.view.centre), pane.frame.normal)) < NEAR_COURSE_MM;
        if (near) path += `${down ? "L" : "M"}${pane.toPixel(point).join(" ")}`;
        down = near;
      }
      if (path) pane.over.prepend(svg("path", { class: `bench-course bench-${side}`, d: path }));
    }
  }

  doubtful(side) {
    const box = this.find("confirm");
    return Boolean(this.suggested[side]) && !box.checked;
  }

  arm(key) {
    this.points.armed = key;
    if (key) {
      const side = key.split("/")[0];
      for (const details of this.root.querySelectorAll(`[data-ways=${side}]`))
        if (key.includes("/way/")) details.open = true;
    }
    this.changed();
  }

  remove(key) {
    if (!this.points.get(key)) return;
    this.history.note();
    this.points.set(key, null);
  }

  changed() {
    this.state.redraw();
  }

  // ---- the panel ----
  show() {
    for (const row of this.root.querySelectorAll("[data-point]")) {
      const point = this.points.get(row.dataset.point);
      row.querySelector("[data-pick]").checked = row.dataset.point === this.points.armed;
      row.querySelector("[data-place]").textContent = point
        ? point.map((value) => value.toFixed(1)).join("  ")
        : "—";
      for (const button of row.querySelectorAll("[data-go], [data-remove]")) button.disabled = !point;
      if (row.dataset.point.includes("/way/"))
        row.hidden = !point && row.dataset.point !== this.points.armed;
    }
    this.find("nothing").checked = !this.points.armed;
    for (const button of this.root.querySelectorAll("[data-add]"))
      button.disabled = !this.points.freeWay(button.dataset.add);
    for (const button of this.root.querySelectorAll("[data-spread]"))
      button.disabled = !this.course(button.dataset.spread);
    this.find("undo").disabled = !this.history.past.length;
    this.find("redo").disabled = !this.history.future.length;
    this.find("unconfirmed").hidden = !Object.keys(this.suggested).length;
    this.showOutlining();
  }

  showOutlining() {
    const { outlining } = this;
    const panel = this.find("outlining");
    panel.hidden = !this.data.correct;
    for (const button of panel.querySelectorAll("[data-mode-of]"))
      button.setAttribute("aria-pressed", String(button.dataset.modeOf === outlining.mode));
    this.find("erase").setAttribute("aria-pressed", String(outlining.erase));
    this.find("brush").hidden = outlining.mode !== "brush";
    const { section } = outlining;
    const drawn = areaOf(outlining.line);
    const { at, fit, drawn: byHand } = this.data.words;
    this.find("section").textContent = section
      ? `${at} ${section.arc.toFixed(2)} mm · ${fit} ${section.area.toFixed(2)} mm²` +
        (drawn === null ? "" : ` · ${byHand} ${drawn.toFixed(2)} mm²`)
      : "—";
    this.find("drop").disabled = !drawn;
    this.find("count").textContent = String(outlining.count);
    this.find("correct").disabled = !outlining.count || Boolean(this.asked);
    this.find("measure").disabled = Boolean(this.asked);
  }

  course(side) {
    const nerve = this.viewer.nerves[side];
    return nerve && nerve.course;
  }

  listen() {
    const on = (name, act) => {
      for (const element of this.root.querySelectorAll(`[data-${name}]`))
        element.addEventListener(element.type === "button" ? "click" : "change", () => act(element));
    };
    on("pick", (radio) => {
      this.arm(radio.value);
      this.go(radio.value);
    });
    on("nothing", () => this.arm(""));
    on("go", (button) => this.go(button.closest("[data-point]").dataset.point));
    on("remove", (button) => this.remove(button.closest("[data-point]").dataset.point));
    on("add", (button) => this.arm(this.points.freeWay(button.dataset.add)));
    on("spread", (button) => this.spread(button.dataset.spread));
    on("undo", () => this.move(this.history.undo()));
    on("redo", () => this.move(this.history.redo()));
    on("suggest", () => this.suggest());
    on("confirm", () => this.changed());
    on("measure", () => this.measure());
    on("correct", () => this.correct());
    on("mode-of", (button) => this.outline(button.dataset.modeOf));
    on("erase", () => {
      this.outlining.erase = !this.outlining.erase;
      this.changed();
    });
    on("step", (button) => this.outlining.step(Number(button.dataset.step)));
    on("drop", () => this.outlining.drop());
    this.find("radius").addEventListener("input", (event) => {
      this.outlining.radius = Number(event.target.value);
      this.changed();
    });
    document.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("click", (event) => {
      const link = event.target.closest("a[href*='/compare/']");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.compare(link.href);
    });
    addEventListener("beforeunload", (event) => {
      if (JSON.stringify([this.points.ends(), this.outlining.all()]) !== this.saved) event.preventDefault();
    });
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("textarea, input[type=text]")) return;
    const key = event.key.toLowerCase();
    if (key === "z") this.move(event.shiftKey ? this.history.redo() : this.history.undo());
    else if (key === "y") this.move(this.history.redo());
    else return;
    event.preventDefault();
  }

  move(done) {
    this.outlining.knot = -1;
    if (done) this.changed();
  }

  go(key) {
    const point = this.points.get(key);
    if (point) this.state.set({ cursor: point });
  }

  outline(mode) {
    const { outlining } = this;
    if (!outlining.cpr) return this.say(this.data.words.no_section, true);
    this.viewer.open("cpr");
    outlining.choose(mode);
  }

  // Three way-points on the measured centreline, to be pulled to where the nerve runs.
  spread(side) {
    const course = this.course(side);
    if (!course) return;
    this.history.note();
    const [first, last] = course.measured;
    [0.25, 0.5, 0.75].forEach((share, row) => {
      this.points.sides[side].ways[row] = course.toWorld([first + share * (last - first), 0, 0]);
    });
    this.arm(`${side}/way/1`);
    this.go(`${side}/way/1`);
  }

  // ---- asking ----
  async ask(url, body) {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const answer = await fetch(url, {
      credentials: "same-origin",
      method: body === undefined ? "GET" : "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok)
      throw Object.assign(new Error(told.detail || this.data.words.failed), { code: told.code });
    return told;
  }

  say(words, bad = false) {
    const place = this.find("said");
    place.textContent = words;
    place.hidden = !words;
    place.classList.toggle("note-error", bad);
    this.find("newest").hidden = true;
  }

  progress(job) {
    const bar = this.find("progress");
    bar.hidden = !job;
    if (!job) return;
    if (job.state === "queued") bar.querySelector("progress").removeAttribute("value");
    else bar.querySelector("progress").value = job.progress;
    bar.querySelector("[data-doing]").textContent = job.message || "";
  }

  // One thing at a time; a refusal is shown in its sentence, and nothing that was set is lost.
  async run(act) {
    if (this.asked) return;
    this.asked += 1;
    this.say("");
    this.changed();
    try {
      await act();
    } catch (error) {
      this.say(error.message, true);
      this.find("newest").hidden = error.code !== "conflict";
    } finally {
      this.asked = 0;
      this.progress(null);
      this.changed();
    }
  }

  get reason() {
    return this.find("reason") ? this.find("reason").value : "";
  }

  common() {
    return {
      reason: this.reason,
      seen_version: this.data.newest,
      view: standing(this.viewer),
    };
  }

  measure() {
    return this.run(async () => {
      const ends = this.points.ends();
      for (const side of Object.keys(this.suggested)) {
        if (!ends[side]) continue;
        if (!this.find("confirm").checked) throw new Error(this.data.words.confirm);
        ends[side].origin = same(ends[side], this.suggested[side]) ? "suggested" : "moved";
      }
      const made = await this.ask(this.data.measure, { ends, ...this.common() });
      await this.follow(made);
    });
  }

  correct() {
    return this.run(async () => {
      const body = { outlines: this.outlining.all(), ...this.common() };
      await this.follow(await this.ask(this.data.correct, body));
    });
  }

  async follow(made) {
    const url = this.data.measurement.replace("/0/", `/${made.id}/`);
    let row = made;
    while (row.state === "asked") {
      this.progress(row.job);
      if (row.job && row.job.state === "failed") throw new Error(row.job.message);
      await new Promise((done) => setTimeout(done, ASK_MS));
      row = await this.ask(url);
    }
    await this.renew(made.id);
  }

  // The new version takes the place of the one that was open, in the page as it stands.
  async renew(id) {
    const before = this.data.version;
    const url = `${this.data.bench}?from=${id}`;
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(this.data.words.failed);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const data = (name) => JSON.parse(next.getElementById(name).textContent);
    await this.viewer.renew(data("viewing-data"));
    this.suggested = {};
    this.find("confirm").checked = false;
    this.outlining.mode = "";
    this.take(data("bench-data"));
    this.root.querySelector("[data-result]").replaceWith(next.querySelector("[data-result]"));
    if (this.find("reason")) this.find("reason").value = "";
    this.find("why").hidden = false;
    history.replaceState(null, "", url);
    this.say(this.data.words.done);
    if (before) await this.compare(this.data.compare.replace("/0/", `/${before}/`));
  }

  async compare(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) return this.say(this.data.words.failed, true);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = this.find("compared");
    place.replaceChildren(page.querySelector("[data-comparison]"));
    place.hidden = false;
  }

  suggest() {
    return this.run(async () => {
      let job = await this.ask(this.data.suggest, {});
      let found = await this.ask(this.data.suggest);
      while (found.job && ["queued", "running"].includes(found.job.state)) {
        job = found.job;
        this.progress(job);
        await new Promise((done) => setTimeout(done, ASK_MS));
        found = await this.ask(this.data.suggest);
      }
      if (found.job && found.job.state === "failed") throw new Error(found.job.message);
      const sides = Object.keys(found.ends);
      if (!sides.length) throw new Error(`${this.data.words.none} ${found.reason}`);
      this.history.note();
      this.points.take({ ...this.points.ends(), ...found.ends });
      this.suggested = found.ends;
      this.find("confirm").checked = false;
      this.say(this.data.words.suggested);
      this.arm(`${sides[0]}/brainstem`);
      this.go(`${sides[0]}/brainstem`);
    });
  }
}

const same = (one, other) =>
  !one.waypoints_mm &&
  ["brainstem_mm", "canal_mm"].every(
    (end) => JSON.stringify(one[end]) === JSON.stringify(other[end].map((v) => Math.round(v * 1000) / 1000)),
  );
