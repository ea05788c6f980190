// The viewer of a page: reads what the page offers, and shows that and nothing else.
import { Bench } from "./bench.js";
import { Course } from "./course.js";
import { Cpr } from "./cpr.js";
import { Endoscopy } from "./endoscopy.js";
import { keeps, restored, taken } from "./keeping.js";
import { Mpr } from "./mpr.js";
import { SideState, pairedPlanes } from "./pair.js";
import { fetchPart } from "./part.js";
import { restore } from "./standing.js";
import { State } from "./state.js";
import { Tools } from "./tools.js";
import { Volume } from "./volume.js";

class Viewer {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(document.getElementById("viewing-data").textContent);
    this.first = { window: null, zoom: 1, slab: 0, mode: "mean", angle: 0, fade: 0 };
    this.state = new State({ ...this.first, cursor: [0, 0, 0], side: "", places: {} });
    this.places = {};
    this.tools = new Tools(root, this.state);
    this.nerves = {};
    this.pristine = new Map(
      [...root.querySelectorAll("[data-nerve]")].map((view) => [view, view.cloneNode(true)]),
    );
    this.paired = false;
    this.pairs = [];
    this.controls();
    this.tabs();
    keeps(this);
    const bench = document.querySelector("[data-bench]");
    if (bench) this.bench = new Bench(bench, this);
    this.ready = this.load();
  }

  hold(pane) {
    pane.tools = this.tools;
    if (this.bench) this.bench.attach(pane);
  }

  // Another version of the same scan: its nerves take the place of those shown, the scan stays.
  async renew(data) {
    this.data = data;
    if (this.paired) await this.both(false);
    for (const { endoscopy, drop } of Object.values(this.nerves)) {
      drop();
      if (endoscopy) endoscopy.window.delete();
    }
    this.nerves = {};
    for (const [view, clean] of [...this.pristine]) {
      const fresh = clean.cloneNode(true);
      view.replaceWith(fresh);
      this.pristine.delete(view);
      this.pristine.set(fresh, clean);
    }
    const sides = Object.keys(data.parts).filter((side) => side !== "both");
    const shown = this.state.get("side");
    const { cursor } = this.state.values;
    await this.show(sides.includes(shown) ? shown : sides[0]);
    if (shown) this.state.set({ cursor });
  }

  parts(side) {
    return this.data.parts[side] || {};
  }

  async load() {
    try {
      const sides = Object.keys(this.data.parts).filter((side) => side !== "both");
      await this.volume("coarse.part");
      await this.show(sides[0]);
      this.told("");
      if (this.data.view) await restore(this, this.data.view);
      await this.volume("volume.part");
      await this.angiogram();
      this.root.dataset.loaded = "whole";
    } catch (error) {
      this.told(this.data.words.failed);
      this.root.dataset.loaded = "failed";
      throw error;
    }
  }

  async volume(name) {
    const url = this.parts("both")[name];
    if (!url) return;
    const loaded = new Volume(await fetchPart(url));
    if (!this.mpr) {
      this.mpr = new Mpr([...this.root.querySelectorAll("[data-plane]")], this.state, loaded);
      for (const pane of this.mpr.panes) this.hold(pane);
      this.take(loaded);
      const places = Object.values(this.places);
      this.state.set({ cursor: places.length ? mean(places) : loaded.centre });
      const told = this.root.querySelector("[data-acquired]");
      const [x, y, z] = loaded.acquired.map((mm) => mm.toFixed(2));
      told.textContent = `${x} × ${y} × ${z} mm`;
    } else for (const planes of [this.mpr, ...this.pairs]) planes.show(loaded);
    this.root.dataset.loaded ||= "coarse";
  }

  // The angiogram, to be laid over the scan: where it fits is seen by fading from one to the other.
  async angiogram() {
    const url = this.parts("both")["tof.part"];
    if (!url) return;
    const loaded = new Volume(await fetchPart(url));
    for (const { panes } of [this.mpr, ...this.pairs])
      for (const pane of panes) pane.second = loaded;
    const group = this.root.querySelector("[data-angiogram]");
    group.querySelector("[data-laid]").textContent = this.laid(loaded.laid);
    group.hidden = false;
  }

  laid({ method, shift_mm, turn_deg, residual_mm }) {
    const { as_it_lies, moved } = this.data.words;
    if (method === "identity") return as_it_lies;
    const by = `${moved} ${shift_mm.toFixed(2)} mm, ${turn_deg.toFixed(2)}°`;
    return residual_mm === null ? by : `${by}, ± ${residual_mm.toFixed(2)} mm`;
  }

  // The first part that knows of a window gives it; so with where the nerves are.
  take({ window, places }) {
    if (!this.first.window && window) {
      this.first.window = { low: window[0], high: window[1] };
      this.state.set({ window: this.first.window });
    }
    Object.assign(this.places, places);
    this.state.set({ places: { ...this.places, ...this.state.get("places") } });
    const both = this.root.querySelector("[data-both]");
    if (both) both.hidden = !(this.places.left && this.places.right);
    for (const button of this.root.querySelectorAll("[data-side]"))
      button.hidden = !this.places[button.dataset.side];
  }

  // One nerve's own views. The other's stay as they are, unseen.
  async show(side) {
    if (!side) return;
    for (const button of this.root.querySelectorAll("[data-side]"))
      button.setAttribute("aria-pressed", String(button.dataset.side === side));
    for (const view of this.root.querySelectorAll("[data-nerve]"))
      view.hidden = !this.paired && view.dataset.nerve !== side;
    this.nerves[side] ||= await this.nerve(side);
    this.remember();
    const place = this.paired ? this.state.get("places")[side] : this.places[side];
    this.state.set({ side, ...(place ? { cursor: place } : {}) });
  }

  // Where the nerve was left that was looked at before.
  remember() {
    const { side, cursor, places } = this.state.values;
    if (side) this.state.set({ places: { ...places, [side]: cursor } });
  }

  async both(on) {
    this.paired = on;
    this.root.querySelector("[data-both]").setAttribute("aria-pressed", String(on));
    for (const view of this.root.querySelectorAll("[data-view]")) view.classList.toggle("paired", on);
    const planes = this.root.querySelector("[data-planes]");
    if (planes) planes.hidden = on;
    const pair = this.root.querySelector("[data-pair]");
    if (pair) pair.hidden = !on;
    if (on && !this.pairs.length) this.pairs = pairedPlanes(this);
    const side = this.state.get("side");
    for (const view of this.root.querySelectorAll("[data-nerve]"))
      view.hidden = !on && view.dataset.nerve !== side;
    this.state.redraw();
    if (!on) return;
    for (const each of Object.keys(this.data.parts).filter((name) => name !== "both"))
      this.nerves[each] ||= await this.nerve(each);
    this.state.redraw();
  }

  async nerve(side) {
    const parts = this.parts(side);
    const branch = this.state.branch();
    const drop = () => branch.drop();
    const made = { course: null, state: new SideState(branch, side), drop };
    const of = (view) => this.root.querySelector(`[data-view=${view}] [data-nerve=${side}]`);
    if (parts["straightened.part"]) {
      const [straightened, stretched] = await Promise.all(
        ["straightened.part", "stretched.part"].map((name) => fetchPart(parts[name])),
      );
      const profile = this.data.profiles[side];
      this.take(straightened);
      made.cpr = new Cpr(of("cpr"), made.state, { straightened, stretched, profile });
      made.course = made.cpr.course;
      for (const pane of [made.cpr.long, made.cpr.section]) this.hold(pane);
    }
    if (parts["surfaces.part"]) {
      const surfaces = await fetchPart(parts["surfaces.part"]);
      made.course ||= new Course(surfaces.course);
      this.fly(made, of("mrve"), surfaces);
    }
    return made;
  }

  fly(made, root, surfaces) {
    try {
      made.endoscopy = new Endoscopy(root, made.state, made.course, surfaces);
    } catch (error) {
      // A browser without WebGL: everything else works, and this one view says why it does not.
      root.querySelector("[data-stage]").replaceChildren(this.data.words.no_webgl);
      console.warn(error);
    }
  }

  told(words) {
    const place = this.root.querySelector("[data-told]");
    place.textContent = words;
    place.hidden = !words;
  }

  // What is shown, to be kept, and shown again.
  taken() {
    return taken(this);
  }

  restored(kept) {
    return restored(this, kept);
  }

  tab() {
    return [...this.root.querySelectorAll("[data-view]")].find((view) => !view.hidden).dataset.view;
  }

  tabs() {
    const tabs = [...this.root.querySelectorAll("[role=tab]")];
    const open = (this.open = (name) => {
      for (const tab of tabs) {
        const chosen = tab.dataset.tab === name;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      }
      for (const view of this.root.querySelectorAll("[data-view]"))
        view.hidden = view.dataset.view !== name;
      this.state.redraw();
    });
    tabs.forEach((tab, number) => {
      tab.addEventListener("click", () => open(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        const next = tabs[(number + by + tabs.length) % tabs.length];
        next.focus();
        open(next.dataset.tab);
      });
    });
    if (tabs.length) open(tabs[0].dataset.tab);
  }

  controls() {
    const on = (name, act) => {
      for (const element of this.root.querySelectorAll(`[data-${name}]`))
        element.addEventListener(element.tagName === "BUTTON" ? "click" : "input", () => act(element));
    };
    on("side", (button) => this.show(button.dataset.side));
    on("both", () => this.both(!this.paired));
    on("slab", (field) => this.state.set({ slab: Number(field.value) || 0 }));
    on("mode", (field) => this.state.set({ mode: field.value }));
    on("fade", (field) => this.state.set({ fade: Number(field.value) }));
    on("zoom", (button) => {
      for (const pane of this.mpr ? this.mpr.panes.slice(0, 1) : [])
        pane.zoom(Number(button.dataset.zoom));
    });
    on("turn", (button) => {
      const nerve = this.nerves[this.state.get("side")];
      if (nerve && nerve.cpr) nerve.cpr.turn(Number(button.dataset.turn));
    });
    const sliders = ["width", "level"].map((name) => this.root.querySelector(`[data-grey=${name}]`));
    const regrey = () => {
      const { low, high } = this.first.window;
      const width = (high - low) * 4 ** ((sliders[0].value - 50) / 50);
      const level = (high + low) / 2 + ((high - low) * (sliders[1].value - 50)) / 50;
      this.state.set({ window: { low: level - width / 2, high: level + width / 2 } });
    };
    for (const slider of sliders) slider.addEventListener("input", regrey);
    on("reset", () => {
      for (const slider of sliders) slider.value = 50;
      for (const planes of this.mpr ? [this.mpr, ...this.pairs] : []) planes.reset();
      for (const field of this.root.querySelectorAll("[data-slab], [data-fade]")) field.value = "0";
      this.state.set(this.first);
    });
    this.state.listen(({ cursor, side }) => {
      for (const button of this.root.querySelectorAll("[data-side]"))
        button.setAttribute("aria-pressed", String(button.dataset.side === side));
      const place = this.root.querySelector("[data-cursor]");
      const said = cursor.map((value, axis) => `${"xyz"[axis]} ${value.toFixed(1)}`);
      place.textContent = `${said.join("  ")} mm`;
    });
  }
}

const mean = (points) =>
  [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);

for (const root of document.querySelectorAll("[data-viewing]")) root.viewer = new Viewer(root);
