// Distances, angles and areas, drawn on the planes in the volume's own mm. They are aids to the eye:
// no number of the study comes from here.
import { svg } from "./picture.js";
import { dot, length, minus, unit } from "./vector.js";

const POINTS = { distance: 2, angle: 3, area: 40 };
const NEAR_PX = 7;

export class Tools {
  constructor(root, state) {
    Object.assign(this, { root, state, chosen: "", drawn: [], open: null });
    for (const button of root.querySelectorAll("[data-tool]"))
      button.addEventListener("click", () => this.choose(button.dataset.tool));
    root.querySelector("[data-clear]").addEventListener("click", () => this.clear());
  }

  choose(tool) {
    this.chosen = this.chosen === tool ? "" : tool;
    this.finish();
    for (const button of this.root.querySelectorAll("[data-tool]"))
      button.setAttribute("aria-pressed", String(button.dataset.tool === this.chosen));
  }

  leave() {
    this.finish();
    if (this.chosen) this.choose(this.chosen);
  }

  clear() {
    this.drawn = [];
    this.open = null;
    this.state.redraw();
  }

  removeLast() {
    this.drawn.pop();
    this.open = null;
    this.state.redraw();
  }

  // An area is closed by its first point again; the others by their last.
  finish() {
    if (this.open && this.open.points.length < Math.min(POINTS[this.open.kind], 3))
      this.drawn = this.drawn.filter((one) => one !== this.open);
    this.open = null;
    this.state.redraw();
  }

  place(pane, point) {
    if (!this.chosen) return;
    if (!this.open || this.open.pane !== pane.drawnAs) {
      this.finish();
      this.open = { kind: this.chosen, pane: pane.drawnAs, plane: planeOf(pane, point), points: [] };
      this.drawn.push(this.open);
    }
    this.open.points.push(point);
    if (this.open.points.length >= POINTS[this.open.kind]) this.finish();
    this.state.redraw();
  }

  press(pane, x, y) {
    const held = this.near(pane, x, y);
    if (held && held.one === this.open && held.number === 0) {
      this.finish();
      return () => {};
    }
    if (held)
      return (nextX, nextY) => {
        held.one.points[held.number] = pane.toPoint(nextX, nextY);
        this.state.redraw();
      };
    if (!this.chosen) return null;
    this.place(pane, pane.toPoint(x, y));
    return () => {};
  }

  near(pane, x, y) {
    for (const one of this.shownIn(pane))
      for (const [number, point] of one.points.entries()) {
        const [px, py] = pane.toPixel(point);
        if (Math.hypot(px - x, py - y) < NEAR_PX) return { one, number };
      }
    return null;
  }

  // A drawing stays on the plane that it was drawn on.
  shownIn(pane) {
    return this.drawn.filter((one) => one.pane === pane.drawnAs && samePlane(one.plane, pane));
  }

  draw(pane) {
    for (const one of this.shownIn(pane)) {
      const at = one.points.map((point) => pane.toPixel(point));
      const closed = one.kind === "area" && one !== this.open ? "Z" : "";
      const path = at.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("") + closed;
      for (const look of ["tool tool-halo", "tool"]) pane.over.append(svg("path", { class: look, d: path }));
      for (const [x, y] of at) pane.over.append(svg("circle", { class: "tool-point", cx: x, cy: y, r: 3 }));
      const told = value(one);
      if (!told) continue;
      const [x, y] = at[at.length - 1];
      pane.over.append(svg("text", { class: "tool-value", x: x + 8, y: y - 8 }, told));
    }
  }
}

// By the first point: the pane's picture may be a frame behind the keys.
function planeOf(pane, point) {
  return { normal: pane.frame.normal, offset: dot(point, pane.frame.normal) };
}

function samePlane(plane, pane) {
  const offset = dot(pane.view.corner, plane.normal);
  const half = Math.max(Math.min(...pane.volume.voxel) / 2, 0.05);
  return dot(plane.normal, pane.frame.normal) > 0.9999 && Math.abs(offset - plane.offset) < half;
}

// What a drawing measures, with its unit.
export function value({ kind, points }) {
  if (kind === "distance" && points.length === 2)
    return `${length(minus(points[1], points[0])).toFixed(2)} mm`;
  if (kind === "angle" && points.length === 3) {
    const [a, b] = [minus(points[0], points[1]), minus(points[2], points[1])].map(unit);
    return `${((Math.acos(Math.min(Math.max(dot(a, b), -1), 1)) * 180) / Math.PI).toFixed(1)}°`;
  }
  if (kind === "area" && points.length > 2) return `${area(points).toFixed(2)} mm²`;
  return "";
}

// Of a flat polygon in space: half the length of the sum of its edges' cross products.
function area(points) {
  const sum = [0, 0, 0];
  points.forEach((p, i) => {
    const q = points[(i + 1) % points.length];
    const [a, b] = [minus(p, points[0]), minus(q, points[0])];
    sum[0] += a[1] * b[2] - a[2] * b[1];
    sum[1] += a[2] * b[0] - a[0] * b[2];
    sum[2] += a[0] * b[1] - a[1] * b[0];
  });
  return length(sum) / 2;
}
