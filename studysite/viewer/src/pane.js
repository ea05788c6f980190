// One plane through a volume: the picture, what is drawn over it, and what hand and key do in it.
import { add, clamp, cross, dot, minus, times, unit } from "./vector.js";
import { barLength, letters, paint, svg } from "./picture.js";

const DRAGGED_PX = 4;
const SCROLL_PX = 40;
const HANDLE = 0.4;

export class Pane {
  // space: {toLocal, toWorld} between the patient and the volume; frame: {right, down, normal},
  // unit vectors of the volume's space, or what gives them; through: local point of the cursor -> a
  // point of the plane.
  constructor(element, { state, name, space, volume, frame, through, fixed = false, width = 0 }) {
    Object.assign(this, { element, state, name, space, volume, frame, fixed });
    if (typeof frame === "function") Object.defineProperty(this, "frame", { get: frame });
    // By which name drawings go; the two nerves' panes have one each.
    this.drawnAs = name;
    this.through = through || ((point) => point);
    this.home = width;
    this.pan = null;
    this.canvas = element.querySelector("canvas");
    this.over = element.querySelector("svg");
    this.tools = null;
    // What else a view may be used for, each with draw, press and key; the first that takes it has it.
    this.hands = [];
    this.drawings = [];
    this.listen();
    state.listen(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(element.querySelector("[data-stage]"));
  }

  get cursor() {
    return this.space.toLocal(this.state.get("cursor"));
  }

  // mm per pixel, and the local point in the middle of the picture.
  measure() {
    const box = this.over.getBoundingClientRect();
    const [width, height] = [Math.max(Math.round(box.width), 1), Math.max(Math.round(box.height), 1)];
    const extent = this.home || this.extent(width / height);
    const pixel = extent / (width * (this.fixed ? 1 : this.state.get("zoom")));
    const { right, down, normal } = this.frame;
    const point = this.through(this.cursor);
    const middle = this.pan || (this.fixed ? point : this.volume.centre);
    const shift = dot(minus(point, middle), normal);
    const centre = add(middle, times(normal, shift));
    const corner = add(
      centre,
      add(times(right, -((width - 1) / 2) * pixel), times(down, -((height - 1) / 2) * pixel)),
    );
    return { width, height, pixel, centre, corner, right, down, normal };
  }

  extent(aspect) {
    const { right, down } = this.frame;
    const range = (direction) => {
      const places = this.volume.corners.map((corner) => dot(corner, direction));
      return Math.max(...places) - Math.min(...places);
    };
    return Math.max(range(right), range(down) * aspect);
  }

  toPixel(point) {
    const offset = minus(point, this.view.corner);
    return [dot(offset, this.view.right), dot(offset, this.view.down)].map(
      (mm) => mm / this.view.pixel,
    );
  }

  toPoint(x, y) {
    const { corner, right, down, pixel } = this.view;
    return add(corner, add(times(right, x * pixel), times(down, y * pixel)));
  }

  // Of a point its nearest on the plane.
  foot(point) {
    const { normal } = this.frame;
    return add(point, times(normal, dot(minus(this.through(point), point), normal)));
  }

  draw() {
    if (!this.volume || !this.state.get("window") || !this.element.offsetParent) return;
    this.view = this.measure();
    const { low, high } = this.state.get("window");
    const { slope, intercept } = this.volume;
    const how = { slab: this.fixed ? 0 : this.state.get("slab"), mode: this.state.get("mode") };
    const values = this.volume.cut({ ...this.view, ...how });
    const raw = (value) => (value - intercept) / slope;
    const { width, height } = this.view;
    paint(this.canvas, values, width, height, raw(low), raw(high), this.laidOver(how));
    this.overlay();
  }

  // The other series at the same place, by the share that is asked for.
  laidOver(how) {
    const share = this.second ? this.state.get("fade") : 0;
    if (!share) return null;
    const { window, slope, intercept } = this.second;
    const values = this.second.cut({ ...this.view, ...how });
    const [low, high] = window.map((value) => (value - intercept) / slope);
    return { share, grey: (i) => ((values[i] - low) * 255) / (high - low || 1) };
  }

  overlay() {
    const { width, height, pixel, right, down } = this.view;
    this.over.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.over.replaceChildren();
    for (const drawing of this.drawings) drawing(this);
    for (const hand of this.hands) hand.draw(this);
    if (this.tools) this.tools.draw(this);
    const mm = barLength(width * pixel);
    const [x, y] = [width - 12, height - 12];
    this.over.append(
      svg("path", { class: "bar", d: `M${x - mm / pixel} ${y - 4}V${y}H${x}V${y - 4}` }),
      svg("text", { class: "bar-label", x: x, y: y - 8, "text-anchor": "end" }, `${mm} mm`),
    );
    this.letters();
  }

  // The patient's directions at the cursor, which along a nerve change from place to place.
  letters() {
    const { right, down } = this.view;
    const from = this.through(this.cursor);
    const origin = this.space.toWorld(from);
    const directions = { right, left: times(right, -1), bottom: down, top: times(down, -1) };
    for (const [side, direction] of Object.entries(directions)) {
      const label = this.element.querySelector(`.letter-${side}`);
      if (!label) continue;
      const to = this.space.toWorld(add(from, times(direction, 0.5)));
      label.textContent = letters(unit(minus(to, origin)));
    }
  }

  // ---- hand and key ----
  at(event) {
    const box = this.over.getBoundingClientRect();
    return [event.clientX - box.left - 0.5, event.clientY - box.top - 0.5];
  }

  go(point) {
    this.state.set({ cursor: this.space.toWorld(this.volume.inside(point)) });
  }

  scroll(steps) {
    const step = Math.min(...this.volume.voxel);
    if (this.fixed && this.onScroll) return this.onScroll(steps);
    return this.go(add(this.cursor, times(this.frame.normal, steps * step)));
  }

  zoom(factor, keep = this.cursor) {
    if (this.fixed) return;
    const before = this.state.get("zoom");
    const after = clamp(before * factor, 0.5, 40);
    const middle = this.pan || this.volume.centre;
    this.pan = add(keep, times(minus(middle, keep), before / after));
    this.state.set({ zoom: after });
  }

  listen() {
    const svgElement = this.over;
    svgElement.addEventListener("contextmenu", (event) => event.preventDefault());
    svgElement.addEventListener("pointerdown", (event) => this.press(event));
    let rest = 0;
    svgElement.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        if (event.ctrlKey)
          return this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, this.toPoint(...this.at(event)));
        rest -= event.deltaY;
        const steps = Math.trunc(rest / SCROLL_PX);
        rest -= steps * SCROLL_PX;
        if (steps) this.scroll(steps);
      },
      { passive: false },
    );
    svgElement.addEventListener("keydown", (event) => this.key(event));
  }

  press(event) {
    if (!this.view) return;
    event.preventDefault();
    this.over.focus();
    this.over.setPointerCapture(event.pointerId);
    const [x, y] = this.at(event);
    const act = this.chosen(event, x, y);
    const move = (next) => act(...this.at(next), next);
    const end = () => {
      this.over.removeEventListener("pointermove", move);
      this.over.removeEventListener("pointerup", end);
      this.over.removeEventListener("pointercancel", end);
    };
    this.over.addEventListener("pointermove", move);
    this.over.addEventListener("pointerup", end);
    this.over.addEventListener("pointercancel", end);
  }

  // What a press here begins; the returned function takes each further place of the pointer.
  chosen(event, x, y) {
    if (event.button === 2) return this.windowing(x, y);
    if (event.button === 1 || event.shiftKey) return this.panning(x, y);
    const held = this.tools && this.tools.press(this, x, y);
    if (held) return held;
    for (const hand of this.hands) {
      const act = hand.press && hand.press(this, x, y);
      if (act) return act;
    }
    const turn = this.turning && this.turning(x, y);
    if (turn) return turn;
    this.go(this.toPoint(x, y));
    return (nextX, nextY) => this.go(this.toPoint(nextX, nextY));
  }

  windowing(x, y) {
    const { low, high } = this.state.get("window");
    return (nextX, nextY) => {
      const width = Math.max((high - low) * Math.exp((nextX - x) / 200), 1e-3);
      const level = (high + low) / 2 + ((high - low) * (nextY - y)) / 400;
      this.state.set({ window: { low: level - width / 2, high: level + width / 2 } });
    };
  }

  panning(x, y) {
    if (this.fixed) return () => {};
    const from = this.view.centre;
    return (nextX, nextY) => {
      const { right, down, pixel } = this.view;
      this.pan = add(
        from,
        add(times(right, (x - nextX) * pixel), times(down, (y - nextY) * pixel)),
      );
      this.state.redraw();
    };
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.view) return;
    if (this.hands.some((hand) => hand.key && hand.key(this, event))) return event.preventDefault();
    const { right, down } = this.frame;
    const step = Math.min(...this.volume.voxel);
    const by = (direction, steps) => () => this.go(add(this.cursor, times(direction, steps * step)));
    const acts = {
      ArrowLeft: by(right, -1),
      ArrowRight: by(right, 1),
      ArrowUp: by(down, -1),
      ArrowDown: by(down, 1),
      PageUp: () => this.scroll(1),
      PageDown: () => this.scroll(-1),
      "+": () => this.zoom(1.25),
      "=": () => this.zoom(1.25),
      "-": () => this.zoom(1 / 1.25),
      ",": () => this.turn && this.turn(-Math.PI / 36),
      ".": () => this.turn && this.turn(Math.PI / 36),
      Enter: () => this.tools && this.tools.place(this, this.foot(this.cursor)),
      Escape: () => this.tools && this.tools.leave(),
      Delete: () => this.tools && this.tools.removeLast(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

// Where the other planes cut this one, with handles to turn them by.
export function crossLines(pane, others) {
  const [x, y] = pane.toPixel(pane.cursor);
  const { width, height } = pane.view;
  const reach = Math.hypot(width, height);
  const grip = HANDLE * Math.min(width, height);
  for (const other of others) {
    const along = cross(pane.frame.normal, other.frame.normal);
    const line = unit(along);
    const [dx, dy] = [dot(line, pane.frame.right), dot(line, pane.frame.down)];
    for (const sign of [-1, 1]) {
      pane.over.append(
        svg("line", {
          class: `cross cross-${other.name}`,
          x1: x + sign * 10 * dx, y1: y + sign * 10 * dy,
          x2: x + sign * reach * dx, y2: y + sign * reach * dy,
        }),
        svg("circle", {
          class: `grip cross-${other.name}`,
          cx: x + sign * grip * dx, cy: y + sign * grip * dy, r: DRAGGED_PX,
        }),
      );
    }
  }
}

// Turning the other planes about this one's normal: by a handle, or by key.
export function turnable(pane, others, turn) {
  pane.turn = turn;
  pane.turning = (x, y) => {
    const [cx, cy] = pane.toPixel(pane.cursor);
    const grip = HANDLE * Math.min(pane.view.width, pane.view.height);
    const near = others.some((other) => {
      const line = unit(cross(pane.frame.normal, other.frame.normal));
      const [dx, dy] = [dot(line, pane.frame.right), dot(line, pane.frame.down)];
      return [-1, 1].some(
        (sign) => Math.hypot(x - cx - sign * grip * dx, y - cy - sign * grip * dy) < 10,
      );
    });
    if (!near) return null;
    let before = Math.atan2(y - cy, x - cx);
    return (nextX, nextY) => {
      const after = Math.atan2(nextY - cy, nextX - cx);
      turn(after - before);
      before = after;
    };
  };
}
