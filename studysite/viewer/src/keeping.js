// Views that a reader keeps: all that is needed to show them again, and the planes as they stand for
// the server to draw.
const KEPT = ["cursor", "window", "zoom", "slab", "mode", "angle", "fade"];
const plane = ({ right, down, normal }) => ({ right, down, normal });

// Of one nerve: side by side, of the one that is looked at.
export function taken(viewer) {
  if (viewer.paired) {
    viewer.both(false);
    for (const pane of viewer.mpr ? viewer.mpr.panes : []) pane.draw();
  }
  const { state, mpr, tools } = viewer;
  const [tab, side] = [viewer.tab(), state.get("side") || ""];
  const nerve = viewer.nerves[side];
  const flight = nerve && nerve.endoscopy;
  const panes = { mpr: mpr ? mpr.panes : [], cpr: nerve && nerve.cpr ? nerve.cpr.panes : [] }[tab] || [];
  return {
    tab,
    side,
    values: Object.fromEntries(KEPT.map((name) => [name, state.get(name)])),
    planes: Object.fromEntries(
      (mpr ? mpr.panes : []).map((pane) => [pane.name, { ...plane(pane.frame), pan: pane.pan }]),
    ),
    look: flight ? { ...flight.look } : { yaw: 0, pitch: 0, ahead: 0 },
    drawn: tools.drawn.map(({ kind, pane, plane: of, points }) => ({ kind, pane, plane: of, points })),
    panes: panes
      .filter((pane) => pane.view)
      .map(({ name, view }) => {
        const { corner, pixel, width, height } = view;
        return { name, ...plane(view), corner, pixel, width, height };
      }),
    camera: tab === "mrve" && flight ? flight.camera() : null,
  };
}

export async function restored(viewer, kept) {
  const { state, mpr, tools } = viewer;
  if (viewer.paired) viewer.both(false);
  if (kept.side) await viewer.show(kept.side);
  viewer.open(kept.tab);
  for (const pane of mpr ? mpr.panes : []) {
    const { pan, ...frame } = kept.planes[pane.name] || {};
    if (frame.right) Object.assign(pane, { frame: { ...frame }, pan });
  }
  const nerve = viewer.nerves[kept.side];
  if (nerve && nerve.endoscopy) nerve.endoscopy.look = { ...kept.look };
  tools.drawn = kept.drawn.map((one) => ({ ...one, points: one.points.map((point) => [...point]) }));
  tools.open = null;
  for (const name of ["slab", "mode", "fade"]) {
    const field = viewer.root.querySelector(`[data-${name}]`);
    if (field) field.value = String(kept.values[name]);
  }
  state.set(structuredClone(kept.values));
}

// The list of kept views is replaced as a whole whenever it changes: its document is listened to.
export function keeps(viewer) {
  document.addEventListener(
    "submit",
    (event) => {
      if (!event.target.matches("[data-keeper]")) return;
      event.target.elements.state.value = JSON.stringify(taken(viewer));
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    const states = JSON.parse(document.getElementById("key-states").textContent);
    restored(viewer, states[button.dataset.show]);
    viewer.root.scrollIntoView({ block: "start" });
  });
}
