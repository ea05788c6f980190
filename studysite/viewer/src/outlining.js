// Sections of a nerve outlined by hand in its cross-section, by spline or by brush, hand or key.
import { svg } from "./picture.js";
import { Painted, REACH_MM, area, circle, curve, spread } from "./outline.js";

const KNOTS = 12;
const FEWEST = 4;
const NEAR_PX = 8;
const NUDGE_MM = 0.05;
const BESIDE_MM = 0.5;
const ON_MM = 0.02;

export class Outlining {
  constructor(bench) {
    Object.assign(this, { bench, mode: "", erase: false, radius: 0.4, knot: -1 });
    this.outlines = { left: {}, right: {} };
    this.sections = { left: [], right: [] };
    this.brush = null;
  }

  // outlines: as a version keeps them; sections: of each measured nerve its fitted ones.
  take(outlines, sections) {
    this.sections = { left: [], right: [], ...sections };
    this.outlines = { left: {}, right: {} };
    for (const [side, given] of Object.entries(outlines))
      for (const { arc_mm, kind, points_mm } of given)
        this.outlines[side][arc_mm] = { kind, points: points_mm };
  }

  // As the server takes them.
  all() {
    const of = (side) =>
      Object.entries(this.outlines[side]).map(([arc, { kind, points }]) => ({
        arc_mm: Number(arc),
        kind,
        points_mm: points.map((point) => point.map((value) => Math.round(value * 1e4) / 1e4)),
      }));
    return Object.fromEntries(["left", "right"].map((side) => [side, of(side)]));
  }

  get count() {
    return Object.values(this.outlines).reduce((sum, of) => sum + Object.keys(of).length, 0);
  }

  get side() {
    return this.bench.state.get("side");
  }

  get cpr() {
    const nerve = this.bench.viewer.nerves[this.side];
    return nerve && nerve.cpr;
  }

  // The section nearest to the cursor.
  get section() {
    if (!this.cpr) return null;
    const { arc } = this.cpr;
    const all = this.sections[this.side] || [];
    return all.reduce(
      (best, each) => (!best || Math.abs(each.arc - arc) < Math.abs(best.arc - arc) ? each : best),
      null,
    );
  }

  get drawn() {
    const section = this.section;
    return section ? this.outlines[this.side][section.arc] : null;
  }

  get line() {
    const drawn = this.drawn;
    if (!drawn) return null;
    return drawn.kind === "spline" ? curve(drawn.points) : drawn.points;
  }

  choose(mode) {
    this.mode = this.mode === mode ? "" : mode;
    this.knot = -1;
    if (this.mode) this.snap();
    this.bench.changed();
  }

  // Outlines lie in a section and nowhere between.
  snap() {
    const section = this.section;
    if (section) this.bench.state.set({ cursor: this.cpr.course.toWorld([section.arc, 0, 0]) });
  }

  step(by) {
    const all = this.sections[this.side] || [];
    const row = all.indexOf(this.section);
    const next = all[Math.min(Math.max(row + by, 0), all.length - 1)];
    if (!next) return;
    this.knot = -1;
    this.bench.state.set({ cursor: this.cpr.course.toWorld([next.arc, 0, 0]) });
    this.bench.changed();
  }

  keep(kind, points) {
    this.outlines[this.side][this.section.arc] = { kind, points };
    this.bench.changed();
  }

  drop() {
    if (!this.drawn) return;
    this.bench.history.note();
    delete this.outlines[this.side][this.section.arc];
    this.bench.changed();
  }

  // Begins at the outline there is, else at a circle of the fitted area.
  begin() {
    this.bench.history.note();
    const line = this.line;
    const { area: fitted } = this.section;
    if (this.mode === "spline" && !(this.drawn && this.drawn.kind === "spline"))
      this.keep("spline", line ? spread(line, KNOTS) : circle(Math.sqrt(fitted / Math.PI), KNOTS));
    if (this.mode === "brush")
      this.brush = new Painted(line || circle(Math.sqrt(fitted / Math.PI), 60));
  }

  // ---- in the cross-section ----
  active(pane) {
    return Boolean(this.mode) && pane.name === "section" && this.cpr && pane === this.cpr.section;
  }

  draw(pane) {
    if (pane.name !== "section" || !this.cpr || pane !== this.cpr.section) return;
    const section = this.section;
    if (!section || (!this.mode && !this.drawn) || Math.abs(section.arc - this.cpr.arc) > ON_MM + 0.12)
      return;
    const pixel = ([up, aside]) => pane.toPixel([section.arc, up, aside]);
    const path = (line) => `${line.map((p, i) => `${i ? "L" : "M"}${pixel(p).join(" ")}`).join("")}Z`;
    const fitted = circle(Math.sqrt(section.area / Math.PI), 48);
    pane.over.append(svg("path", { class: "outline-fit", d: path(fitted) }));
    const line = this.line;
    if (line)
      for (const look of ["outline outline-halo", "outline"])
        pane.over.append(svg("path", { class: look, d: path(line) }));
    if (this.mode === "spline" && this.drawn && this.drawn.kind === "spline")
      this.drawn.points.forEach((point, row) => {
        const [cx, cy] = pixel(point);
        const look = `outline-knot${row === this.knot ? " outline-chosen" : ""}`;
        pane.over.append(svg("circle", { class: look, cx, cy, r: 4 }));
      });
    if (this.mode === "brush" && this.at) {
      const [cx, cy] = pixel(this.at);
      const r = this.radius / pane.view.pixel;
      pane.over.append(svg("circle", { class: `outline-brush${this.erase ? " outline-erase" : ""}`, cx, cy, r }));
    }
  }

  local(pane, x, y) {
    const [, up, aside] = pane.toPoint(x, y);
    return [up, aside].map((value) => Math.min(Math.max(value, -REACH_MM), REACH_MM));
  }

  press(pane, x, y, event) {
    if (!this.active(pane) || !this.section) return null;
    this.snap();
    if (this.mode === "brush") return this.paint(pane, x, y, event);
    this.begin();
    const { points } = this.drawn;
    const row = this.knotAt(pane, x, y);
    this.knot = row >= 0 ? row : this.insert(this.local(pane, x, y));
    this.bench.changed();
    if (this.knot < 0) return () => {};
    return (nextX, nextY) => {
      points[this.knot] = this.local(pane, nextX, nextY);
      this.bench.changed();
    };
  }

  knotAt(pane, x, y) {
    return this.drawn.points.findIndex((point) => {
      const [px, py] = pane.toPixel([this.section.arc, ...point]);
      return Math.hypot(px - x, py - y) < NEAR_PX;
    });
  }

  // A further knot, between those between which it lengthens the outline least; none far from it.
  insert(point) {
    const { points } = this.drawn;
    const beside = Math.min(...this.line.map(([a, b]) => Math.hypot(a - point[0], b - point[1])));
    if (beside > BESIDE_MM) return -1;
    const far = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
    let [row, least] = [0, Infinity];
    points.forEach((before, i) => {
      const after = points[(i + 1) % points.length];
      const longer = far(before, point) + far(point, after) - far(before, after);
      if (longer < least) [row, least] = [i + 1, longer];
    });
    points.splice(row, 0, point);
    return row;
  }

  paint(pane, x, y) {
    this.begin();
    const stroke = (nextX, nextY) => this.stroke(this.local(pane, nextX, nextY));
    stroke(x, y);
    return stroke;
  }

  stroke(at) {
    this.at = at;
    this.brush.stroke(at, this.radius, this.erase);
    const edge = this.brush.edge();
    if (edge.length > 2) this.keep("brush", edge);
  }

  hover(pane, x, y) {
    if (!this.active(pane) || this.mode !== "brush") return;
    this.at = this.local(pane, x, y);
    this.bench.state.redraw();
  }

  key(pane, event) {
    if (!this.active(pane) || !this.section) return false;
    const steps = { PageUp: 1, PageDown: -1 };
    if (steps[event.key]) this.step(steps[event.key]);
    else if (event.key === "Escape") this.choose(this.mode);
    else return this.mode === "spline" ? this.keySpline(event) : this.keyBrush(event);
    return true;
  }

  keySpline({ key }) {
    const turn = { n: 1, p: -1 }[key];
    const move = ARROWS[key];
    const grow = { "]": 1.03, "[": 1 / 1.03 }[key];
    if (!turn && !move && !grow && key !== "Delete" && key !== "Enter") return false;
    this.begin();
    const { points } = this.drawn;
    if (turn) this.knot = (Math.max(this.knot, turn > 0 ? -1 : 0) + turn + points.length) % points.length;
    if (move && this.knot >= 0)
      points[this.knot] = points[this.knot].map((value, i) => value + move[i] * NUDGE_MM);
    if (grow) points.forEach((point, row) => (points[row] = point.map((value) => value * grow)));
    if (key === "Delete" && this.knot >= 0 && points.length > FEWEST) {
      points.splice(this.knot, 1);
      this.knot = -1;
    }
    this.bench.changed();
    return true;
  }

  keyBrush({ key }) {
    const move = ARROWS[key];
    if (move) this.at = (this.at || [0, 0]).map((value, i) => value + move[i] * 2 * NUDGE_MM);
    else if (key === "Enter" || key === " ") {
      this.begin();
      this.stroke(this.at || [0, 0]);
    } else return false;
    this.bench.changed();
    return true;
  }
}

// [up, side]: up is up on the screen, the side grows to the right.
const ARROWS = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

export const areaOf = (line) => (line ? area(line) : null);
