// Three planes through one place, each turned by the lines of the others in it.
import { Pane, crossLines, turnable } from "./pane.js";
import { turned, unit } from "./vector.js";

const PATIENT = { toLocal: (point) => point, toWorld: (point) => point };
const FRAMES = {
  axial: { right: [1, 0, 0], down: [0, 1, 0], normal: [0, 0, 1] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1], normal: [0, 1, 0] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1], normal: [1, 0, 0] },
};

export class Mpr {
  // width: mm that are shown at first, else all of the volume; rest: what is in the middle then.
  constructor(elements, state, volume, { width = 0, rest = null } = {}) {
    Object.assign(this, { state, rest });
    this.panes = elements.map((element) => {
      const name = element.dataset.plane || element.dataset.pairPlane;
      const frame = { ...FRAMES[name] };
      return new Pane(element, { state, name, space: PATIENT, volume, frame, width });
    });
    for (const pane of this.panes) pane.pan = rest;
    for (const pane of this.panes) {
      const others = this.panes.filter((other) => other !== pane);
      pane.drawings.push(() => crossLines(pane, others));
      // A plane's own picture stays; the other two turn about its normal. Down is clockwise.
      turnable(pane, others, (angle) => this.turn(pane, others, angle));
    }
  }

  turn(pane, others, angle) {
    const { right, down, normal } = pane.frame;
    const handed = right[0] * (down[1] * normal[2] - down[2] * normal[1]) -
      right[1] * (down[0] * normal[2] - down[2] * normal[0]) +
      right[2] * (down[0] * normal[1] - down[1] * normal[0]);
    for (const other of others)
      for (const key of ["right", "down", "normal"])
        other.frame[key] = unit(turned(other.frame[key], normal, handed * angle));
    this.state.redraw();
  }

  show(volume) {
    for (const pane of this.panes) pane.volume = volume;
    this.state.redraw();
  }

  reset() {
    for (const pane of this.panes) {
      pane.frame = { ...FRAMES[pane.name] };
      pane.pan = this.rest;
    }
  }

  // The planes as they stand.
  frames() {
    return Object.fromEntries(this.panes.map((pane) => [pane.name, pane.frame]));
  }
}
