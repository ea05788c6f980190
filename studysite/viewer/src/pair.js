// Left and right nerve side by side: every view twice, each about its own nerve, moved by either.
import { Mpr } from "./mpr.js";

const FIELD_MM = 40;

// The same state with the place of one nerve; nothing else differs between the two. A move in one
// makes its nerve the one that is looked at.
export class SideState {
  constructor(state, side) {
    Object.assign(this, { state, side });
  }

  get(name) {
    if (name !== "cursor" || this.state.get("side") === this.side) return this.state.get(name);
    return this.state.get("places")[this.side] || this.state.get("cursor");
  }

  set(changes) {
    if (!changes.cursor) return this.state.set(changes);
    const [before, places] = [this.state.get("side"), { ...this.state.get("places") }];
    if (before && before !== this.side) places[before] = this.state.get("cursor");
    return this.state.set({ ...changes, places, side: this.side });
  }

  redraw() {
    this.state.redraw();
  }

  listen(listener) {
    this.state.listen(listener);
  }
}

// The planes through both nerves, close about each. Made when they are first asked for.
export function pairedPlanes(viewer) {
  const root = viewer.root.querySelector("[data-pair]");
  if (!root || !viewer.mpr) return [];
  return ["right", "left"].map((side) => {
    const elements = [...root.querySelectorAll(`[data-pair-side=${side}]`)];
    const state = new SideState(viewer.state, side);
    const made = new Mpr(elements, state, viewer.mpr.panes[0].volume, {
      width: FIELD_MM,
      rest: viewer.places[side],
    });
    for (const pane of made.panes) {
      viewer.hold(pane);
      Object.assign(pane, {
        second: viewer.mpr.panes[0].second,
        drawnAs: `${pane.name}-${side}`,
      });
    }
    return made;
  });
}
