// The end points and way-points of both nerves: drawn in every view, set and dragged by hand or key.
import { svg } from "./picture.js";
import { add, dot, length, minus, times } from "./vector.js";

export const MOST_WAYPOINTS = 5;
const SIDES = ["left", "right"];
const NEAR_PX = 9;
const SIZE_PX = 5;
// How far from a plane a point is still drawn in it, faintly: on slices, along a nerve.
const SEEN_MM = 40;
const SEEN_ALONG_MM = 2;
const BESIDE_MM = 4;
const BEYOND_MM = 0.5;

const blank = () => ({ brainstem: null, canal: null, ways: Array(MOST_WAYPOINTS).fill(null) });

export class Points {
  constructor(bench) {
    Object.assign(this, { bench, armed: "", sides: { left: blank(), right: blank() } });
  }

  // ends: as a measurement keeps them.
  take(ends) {
    for (const side of SIDES) {
      const given = ends[side];
      this.sides[side] = blank();
      if (!given) continue;
      Object.assign(this.sides[side], { brainstem: given.brainstem_mm, canal: given.canal_mm });
      (given.waypoints_mm || []).forEach((point, row) => (this.sides[side].ways[row] = point));
    }
  }

  get(key) {
    const [side, end, row] = key.split("/");
    return end === "way" ? this.sides[side].ways[row] : this.sides[side][end];
  }

  set(key, point) {
    const [side, end, row] = key.split("/");
    if (end === "way") this.sides[side].ways[row] = point;
    else this.sides[side][end] = point;
    this.bench.changed();
  }

  // Every key that has a place.
  get placed() {
    const keys = SIDES.flatMap((side) => [
      `${side}/brainstem`, `${side}/canal`,
      ...this.sides[side].ways.map((_point, row) => `${side}/way/${row}`),
    ]);
    return keys.filter((key) => this.get(key));
  }

  freeWay(side) {
    const row = this.sides[side].ways.findIndex((point) => !point);
    return row < 0 ? "" : `${side}/way/${row}`;
  }

  // As the server takes them; way-points in their order from the brainstem to the canal.
  ends() {
    const found = {};
    for (const side of SIDES) {
      const { brainstem, canal, ways } = this.sides[side];
      const between = ways.filter(Boolean);
      if (!brainstem && !canal && !between.length) continue;
      const along = brainstem && canal ? minus(canal, brainstem) : [0, 0, 0];
      between.sort((a, b) => dot(a, along) - dot(b, along));
      found[side] = {};
      if (brainstem) found[side].brainstem_mm = rounded(brainstem);
      if (canal) found[side].canal_mm = rounded(canal);
      if (between.length) found[side].waypoints_mm = between.map(rounded);
    }
    return found;
  }

  // ---- in a view ----
  // Where a point is in a pane, and how far from its plane.
  place(pane, point) {
    const local = pane.space.toLocal(point);
    const away = Math.abs(dot(minus(local, pane.view.centre), pane.frame.normal));
    const [x, y] = pane.toPixel(local);
    return { local, away, x, y };
  }

  // Along a nerve, what lies beyond its course has no place there.
  seen(pane, { local, away }, point) {
    if (!pane.fixed) return away < SEEN_MM;
    if (apart(pane.space.toWorld(local), point) > BEYOND_MM) return false;
    return away < SEEN_ALONG_MM && Math.hypot(local[1], local[2]) < BESIDE_MM;
  }

  draw(pane) {
    if (this.bench.drawing(pane)) return;
    for (const key of this.placed) {
      const found = this.place(pane, this.get(key));
      if (!this.seen(pane, found, this.get(key))) continue;
      const { away, x, y } = found;
      const near = away < Math.max(...pane.volume.voxel, this.bench.state.get("slab") / 2);
      const [side, end] = key.split("/");
      const look = `bench-point bench-${side}${near ? "" : " bench-away"}` +
        `${key === this.armed ? " bench-armed" : ""}${this.bench.doubtful(side) ? " bench-doubtful" : ""}`;
      for (const name of ["bench-point bench-halo", look]) pane.over.append(shape(end, x, y, name));
    }
  }

  press(pane, x, y) {
    const held = this.near(pane, x, y);
    const key = held || this.armed;
    if (!key || this.bench.drawing(pane)) return null;
    this.bench.history.note();
    this.bench.arm(key);
    const { right, down, pixel } = pane.view;
    const start = held ? pane.space.toLocal(this.get(key)) : pane.toPoint(x, y);
    const move = (nextX, nextY) => {
      const by = add(times(right, (nextX - x) * pixel), times(down, (nextY - y) * pixel));
      this.put(pane, key, pane.space.toWorld(pane.volume.inside(add(start, by))));
    };
    // A point that was only taken hold of stays exactly where it was.
    if (held) pane.state.set({ cursor: this.get(key) });
    else move(x, y);
    return move;
  }

  put(pane, key, point) {
    this.set(key, point);
    pane.state.set({ cursor: point });
  }

  near(pane, x, y) {
    let [found, least] = ["", NEAR_PX];
    for (const key of this.placed) {
      const place = this.place(pane, this.get(key));
      if (!this.seen(pane, place, this.get(key))) continue;
      // Behind others of the same place, the one in the plane is meant.
      const far = Math.hypot(place.x - x, place.y - y) + Math.min(place.away, 4);
      if (far < least) [found, least] = [key, far];
    }
    return found;
  }

  key(pane, event) {
    if (this.bench.drawing(pane) || !this.armed) return false;
    if (event.key === "Enter") {
      this.bench.history.note();
      this.put(pane, this.armed, pane.space.toWorld(pane.cursor));
      return true;
    }
    if (event.key === "Delete" && this.get(this.armed)) {
      this.bench.remove(this.armed);
      return true;
    }
    if (event.key === "Escape") {
      this.bench.arm("");
      return true;
    }
    return false;
  }
}

const rounded = (point) => point.map((value) => Math.round(value * 1000) / 1000);

// A circle for the brainstem end, a square for the canal end, a diamond for a way-point.
function shape(end, x, y, name) {
  const s = SIZE_PX;
  if (end === "brainstem") return svg("circle", { class: name, cx: x, cy: y, r: s });
  if (end === "canal")
    return svg("rect", { class: name, x: x - s, y: y - s, width: 2 * s, height: 2 * s });
  return svg("path", { class: name, d: `M${x} ${y - s}L${x + s} ${y}L${x} ${y + s}L${x - s} ${y}Z` });
}

const apart = (a, b) => length(minus(a, b));
