// Curved planar reformations of one nerve: straightened at any angle with the cross-section at the
// cursor, stretched, and the profile of the area where it is shown.
import { Course } from "./course.js";
import { Pane } from "./pane.js";
import { paint, svg } from "./picture.js";
import { add, clamp, times } from "./vector.js";
import { Volume } from "./volume.js";

const EMPTY = -32768;
const STEP_DEG = 5;

export class Cpr {
  constructor(root, state, { straightened, stretched, profile }) {
    Object.assign(this, { root, state, stack: stretched, profile });
    this.course = new Course(straightened.course);
    this.volume = new Volume(straightened);
    const space = {
      toLocal: (point) => this.course.toLocal(point),
      toWorld: (point) => this.course.toWorld(point),
    };
    const common = { state, space, volume: this.volume, fixed: true };
    this.long = new Pane(root.querySelector("[data-cpr=straightened]"), {
      ...common,
      name: "straightened",
      frame: () => this.longFrame(),
      width: this.course.last - this.course.first,
      through: () => [(this.course.first + this.course.last) / 2, 0, 0],
    });
    this.section = new Pane(root.querySelector("[data-cpr=section]"), {
      ...common,
      name: "section",
      frame: { right: [0, 0, 1], down: [0, -1, 0], normal: [1, 0, 0] },
      width: 8,
      through: (point) => [point[0], 0, 0],
    });
    this.panes = [this.long, this.section];
    for (const pane of this.panes) pane.drawnAs = `${pane.name}-${root.dataset.nerve}`;
    this.long.onScroll = (steps) => this.turn(steps * STEP_DEG);
    this.section.onScroll = (steps) => this.move(steps * this.course.step);
    this.long.turn = (angle) => this.turn(Math.sign(angle) * STEP_DEG);
    this.section.turn = this.long.turn;
    this.long.drawings.push(() => this.marks());
    this.section.drawings.push(() => this.angleLine());
    this.flat = root.querySelector("[data-cpr=stretched]");
    if (this.flat) this.listenFlat();
    this.plot = root.querySelector("[data-cpr=profile]");
    state.listen(() => this.draw());
  }

  get angle() {
    return (this.state.get("angle") * Math.PI) / 180;
  }

  get arc() {
    return this.course.toLocal(this.state.get("cursor"))[0];
  }

  longFrame() {
    const [c, s] = [Math.cos(this.angle), Math.sin(this.angle)];
    return { right: [1, 0, 0], down: [0, -c, -s], normal: [0, -s, c] };
  }

  turn(degrees) {
    this.state.set({ angle: (((this.state.get("angle") + degrees) % 360) + 360) % 360 });
  }

  move(mm) {
    const arc = clamp(this.arc + mm, this.course.first, this.course.last);
    this.state.set({ cursor: this.course.toWorld([arc, 0, 0]) });
  }

  draw() {
    if (!this.state.get("window") || !this.root.offsetParent) return;
    if (this.flat) this.drawFlat();
    if (this.plot && this.profile) this.drawProfile();
    const told = this.root.closest("[data-view]").querySelector("[data-angle-told]");
    if (told) told.textContent = `${Math.round(this.state.get("angle"))}°`;
  }

  // The column of the cursor, the ends of what was measured, and where the lines across cross.
  marks() {
    const { over, view } = this.long;
    const x = this.long.toPixel([this.arc, 0, 0])[0];
    over.append(svg("line", { class: "cross", x1: x, x2: x, y1: 0, y2: view.height }));
    for (const arc of this.course.measured) {
      const end = this.long.toPixel([arc, 0, 0])[0];
      over.append(svg("line", { class: "end", x1: end, x2: end, y1: 0, y2: view.height }));
    }
    this.folds();
  }

  // Beyond the radius of the nerve's bend the lines across cross: nothing there is to be read.
  folds() {
    const [c, s] = [Math.cos(this.angle), Math.sin(this.angle)];
    const middle = this.long.toPixel([0, 0, 0])[1];
    const parts = [[], []];
    this.course.bends.forEach(([up, side], row) => {
      const bend = c * up + s * side;
      const radius = 1 / Math.abs(bend);
      if (radius * 2 > this.long.view.height * this.long.view.pixel) return;
      const x = this.long.toPixel([this.course.first + row * this.course.step, 0, 0])[0];
      const y = middle - (Math.sign(bend) * radius) / this.long.view.pixel;
      parts[bend > 0 ? 0 : 1].push(`M${x} ${y}V${bend > 0 ? 0 : this.long.view.height}`);
    });
    const path = parts.flat().join("");
    if (path) this.long.over.append(svg("path", { class: "fold", d: path }));
  }

  angleLine() {
    const { over, view } = this.section;
    const [x, y] = [(view.width - 1) / 2, (view.height - 1) / 2];
    const [dx, dy] = [Math.sin(this.angle), -Math.cos(this.angle)];
    const reach = Math.min(x, y);
    for (const sign of [-1, 1])
      over.append(
        svg("line", {
          class: "cross",
          x1: x + sign * 0.55 * reach * dx, y1: y + sign * 0.55 * reach * dy,
          x2: x + sign * reach * dx, y2: y + sign * reach * dy,
        }),
      );
  }

  // ---- stretched: drawn by the server at steps of the angle, each its own picture ----
  cutOf() {
    const { angles, columns, rows } = this.stack;
    const step = 180 / angles.length;
    const number = Math.round(this.state.get("angle") / step) % (2 * angles.length);
    const width = Math.max(...columns);
    const start = (number % angles.length) * rows * width;
    return { cut: number % angles.length, upside: number >= angles.length, width, start, rows };
  }

  drawFlat() {
    const { cut, upside, width, start, rows } = this.cutOf();
    const shown = this.stack.columns[cut];
    const values = new Float32Array(shown * rows);
    const { low, high } = this.state.get("window");
    const raw = (value) => (value - this.stack.intercept) / this.stack.slope;
    for (let row = 0; row < rows; row += 1) {
      const from = start + (upside ? rows - 1 - row : row) * width;
      for (let column = 0; column < shown; column += 1) {
        const value = this.stack.arrays[0][from + column];
        values[row * shown + column] = value === EMPTY ? -Infinity : value;
      }
    }
    paint(this.flat.querySelector("canvas"), values, shown, rows, raw(low), raw(high));
    const over = this.flat.querySelector("svg");
    over.setAttribute("viewBox", `0 0 ${shown} ${rows}`);
    const x = this.columnOf(cut, this.arc);
    over.replaceChildren(svg("line", { class: "cross", x1: x, x2: x, y1: 0, y2: rows }));
    const mm = 1 / this.stack.pixel;
    over.append(svg("path", { class: "bar", d: `M${shown - 2 - 2 * mm} ${rows - 3}H${shown - 2}` }));
  }

  columnOf(cut, arc) {
    const arcs = this.stack.arcs[cut];
    const column = arcs.findIndex((value) => value >= arc);
    return (column < 0 ? arcs.length - 1 : column) + 0.5;
  }

  listenFlat() {
    const over = this.flat.querySelector("svg");
    over.addEventListener("pointerdown", (event) => {
      const to = over.getScreenCTM().inverse();
      const { x } = new DOMPoint(event.clientX, event.clientY).matrixTransform(to);
      const { cut } = this.cutOf();
      const arcs = this.stack.arcs[cut];
      const arc = arcs[clamp(Math.floor(x), 0, arcs.length - 1)];
      this.state.set({ cursor: this.course.toWorld([arc, 0, 0]) });
    });
  }

  // ---- the area along the nerve, with its 95 % band ----
  drawProfile() {
    const [width, height, left, bottom] = [600, 150, 40, 24];
    const { arc, area, sd } = this.profile;
    const top = Math.max(...area.map((value, i) => value + 1.96 * sd[i])) * 1.05;
    const { first, last } = this.course;
    const x = (value) => left + ((value - first) / (last - first)) * (width - left);
    const y = (value) => (height - bottom) * (1 - value / top);
    const band = [
      ...arc.map((value, i) => [x(value), y(area[i] + 1.96 * sd[i])]),
      ...arc.map((value, i) => [x(value), y(Math.max(area[i] - 1.96 * sd[i], 0))]).reverse(),
    ];
    const line = arc.map((value, i) => `${i ? "L" : "M"}${x(value)} ${y(area[i])}`).join("");
    const here = x(this.arc);
    const parts = [
      svg("polygon", { class: "band", points: band.map((point) => point.join(",")).join(" ") }),
      svg("path", { class: "curve", d: line }),
      svg("line", { class: "axis", x1: left, x2: width, y1: y(0), y2: y(0) }),
      svg("line", { class: "here", x1: here, x2: here, y1: 0, y2: height - bottom }),
      svg("text", { x: left - 6, y: y(0), "text-anchor": "end" }, "0"),
    ];
    for (let tick = 1; tick < top; tick += 1)
      parts.push(svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, `${tick}`));
    for (let mm = Math.ceil(first); mm <= last; mm += 1)
      if (mm % 5 === 0)
        parts.push(svg("text", { x: x(mm), y: height - 6, "text-anchor": "middle" }, `${mm}`));
    this.plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.plot.replaceChildren(...parts);
    this.plot.onpointerdown = (event) => {
      const to = this.plot.getScreenCTM().inverse();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(to);
      const to_mm = first + ((at.x - left) / (width - left)) * (last - first);
      const held = clamp(to_mm, first, last);
      this.state.set({ cursor: this.course.toWorld([held, 0, 0]) });
    };
  }
}
