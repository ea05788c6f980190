// How a viewer stands: what is needed to open it again as it was left (imaging/view_state.py).
const NUMBERS = ["zoom", "slab", "angle", "fade"];

export function standing(viewer) {
  const { values } = viewer.state;
  const told = { cursor: values.cursor, side: values.side, mode: values.mode };
  for (const name of NUMBERS) told[name] = values[name];
  if (values.window) told.window = values.window;
  const tab = viewer.root.querySelector("[role=tab][aria-selected=true]");
  if (tab) told.tab = tab.dataset.tab;
  if (viewer.mpr)
    told.planes = Object.fromEntries(
      viewer.mpr.panes.map(({ name, frame, pan }) => [name, { ...frame, pan }]),
    );
  return told;
}

export async function restore(viewer, view) {
  const { tab, planes, side, ...values } = view;
  if (side && viewer.data.parts[side]) await viewer.show(side);
  for (const pane of viewer.mpr ? viewer.mpr.panes : []) {
    const plane = (planes || {})[pane.name];
    if (!plane) continue;
    const { pan, ...frame } = plane;
    Object.assign(pane, { frame, pan });
  }
  const field = (name) => viewer.root.querySelector(`[data-${name}]`);
  if (field("slab") && values.slab !== undefined) field("slab").value = String(values.slab);
  if (field("mode") && values.mode) field("mode").value = values.mode;
  viewer.state.set(values);
  if (tab && viewer.open) viewer.open(tab);
}
