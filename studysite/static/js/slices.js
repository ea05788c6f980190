// Three linked planes of a scan: scroll, zoom, window, and set the nerve's end points.
//
// #viewer-data: {planes: {axis: {width, height, count, toMm}}, window, level}. toMm is 3 x 4 and maps
// (x, y, slice, 1) of a plane's picture to patient coordinates in mm (LPS). Coordinates of the end
// points live in the form's number fields; everything here reads and writes those.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const MARK = 4;
  const NEAR = 0.75;
  const SCROLL = 40;

  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const data = JSON.parse(document.getElementById("viewer-data").textContent);
  const form = viewer.querySelector("[data-ends]");
  const ends = form ? [...form.querySelectorAll("[data-end]")].map((row) => row.dataset.end) : [];
  const grey = { window: data.window, level: data.level };
  const planes = {};
  let cursor = null;

  function inverse(m) {
    const [[a, b, c, t], [d, e, f, u], [g, h, i, v]] = m;
    const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    const r = [
      [(e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det],
      [(f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det],
      [(d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det],
    ];
    return r.map((row) => [...row, -(row[0] * t + row[1] * u + row[2] * v)]);
  }

  const apply = (m, p) => m.map((row) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2] + row[3]);
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // ---- end points ----
  const inputs = (key) => [...form.querySelectorAll(`[data-end="${key}"] input[type=number]`)];
  const picked = () => (form ? form.querySelector("[data-pick]:checked").value : "");

  // Suggested points are drawn in dashes until a person says that they were looked at.
  const confirmation = form ? form.querySelector("[data-confirm]") : null;
  const doubtful = () => (confirmation && !confirmation.checked ? " mark-doubtful" : "");

  function pointOf(key) {
    const values = inputs(key).map((input) => (input.value === "" ? NaN : Number(input.value)));
    return values.every(Number.isFinite) ? values : null;
  }

  function setPoint(key, point) {
    inputs(key).forEach((input, axis) => (input.value = point ? point[axis].toFixed(2) : ""));
    remember();
  }

  function remember() {
    const kept = Object.fromEntries(ends.map((key) => [key, inputs(key).map((one) => one.value)]));
    sessionStorage.setItem(viewer.dataset.memory, JSON.stringify(kept));
  }

  function recall() {
    const kept = JSON.parse(sessionStorage.getItem(viewer.dataset.memory) || "{}");
    // What the server put into the fields comes first.
    if (ends.some((key) => inputs(key).some((input) => input.value !== ""))) return;
    for (const key of ends)
      inputs(key).forEach((input, axis) => (input.value = (kept[key] || [])[axis] || ""));
  }

  // ---- planes ----
  function slicePlace(plane) {
    return clamp(Math.round(apply(plane.fromMm, cursor)[2]), 0, plane.count - 1);
  }

  function address(plane, number) {
    const path = viewer.dataset.slices.replace("axis/0.png", `${plane.axis}/${number}.png`);
    const same = grey.window === data.window && grey.level === data.level;
    return same ? path : `${path}?window=${grey.window.toFixed(2)}&level=${grey.level.toFixed(2)}`;
  }

  // One picture under way a plane; the newest wish follows when it is there.
  function load(plane) {
    const wanted = address(plane, slicePlace(plane));
    plane.wanted = wanted;
    if (plane.loading || plane.shown === wanted) return;
    plane.loading = true;
    const picture = new Image();
    const done = () => {
      plane.loading = false;
      if (plane.wanted !== wanted) load(plane);
    };
    picture.onload = () => {
      plane.shown = wanted;
      plane.image.setAttribute("href", wanted);
      done();
    };
    picture.onerror = () => {
      plane.shown = wanted;
      done();
    };
    picture.src = wanted;
  }

  // A circle for the brainstem end, a square for the canal end, a diamond for a way-point.
  function shapeOf(end, x, y, size) {
    if (end === "brainstem") return ["circle", { cx: x, cy: y, r: size }];
    if (end === "canal")
      return ["rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size }];
    const corners = [[x, y - size], [x + size, y], [x, y + size], [x - size, y]];
    return ["polygon", { points: corners.map((corner) => corner.join(",")).join(" ") }];
  }

  function drawMark(plane, key, unit) {
    const point = pointOf(key);
    if (!point) return;
    const [x, y, slice] = apply(plane.fromMm, point);
    const size = MARK * unit;
    const [side, end] = key.split("_");
    const away = Math.abs(slice - slicePlace(plane)) > NEAR ? " mark-away" : "";
    const [name, shape] = shapeOf(end, x + 0.5, y + 0.5, size);
    // A dark line below the bright one: cisterns are white and bone is black.
    for (const look of ["mark mark-halo", `mark mark-${side}${away}${doubtful()}`])
      plane.marks.append(element(name, { class: look, ...shape }));
  }

  function draw(plane) {
    const [x, y] = apply(plane.fromMm, cursor);
    const { left, top, width, height } = plane.view;
    plane.svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    const box = plane.svg.getBoundingClientRect();
    const unit = box.width ? Math.max(width / box.width, height / box.height) : 1;
    const number = slicePlace(plane);
    plane.slider.value = number;
    plane.number.textContent = number + 1;
    plane.marks.replaceChildren(
      element("line", { class: "cross", x1: x + 0.5, x2: x + 0.5, y1: 0, y2: plane.height }),
      element("line", { class: "cross", y1: y + 0.5, y2: y + 0.5, x1: 0, x2: plane.width }),
    );
    for (const key of ends) drawMark(plane, key, unit);
    load(plane);
  }

  function drawAll() {
    Object.values(planes).forEach(draw);
    const place = cursor.map((value, axis) => `${"xyz"[axis]} ${value.toFixed(1)}`).join("  ");
    viewer.querySelector("[data-cursor]").textContent = `${place} mm`;
  }

  // Move the cross; the end that is being set goes with it once it is placed, or when `place` says so.
  function move(plane, x, y, slice, place) {
    const inside = [
      clamp(x, 0, plane.width - 1),
      clamp(y, 0, plane.height - 1),
      clamp(slice, 0, plane.count - 1),
    ];
    cursor = apply(plane.toMm, inside);
    const key = picked();
    if (key && (place || pointOf(key))) setPoint(key, cursor);
    drawAll();
  }

  function step(plane, right, down, through, place = false) {
    const [x, y, slice] = apply(plane.fromMm, cursor);
    move(plane, x + right, y + down, through ? Math.round(slice) + through : slice, place);
  }

  // Scrolling looks around: it moves the cross, never an end point.
  function scroll(plane, by) {
    const [x, y, slice] = apply(plane.fromMm, cursor);
    const number = clamp(Math.round(slice) + by, 0, plane.count - 1);
    cursor = apply(plane.toMm, [x, y, number]);
    drawAll();
  }

  function zoom(plane, factor) {
    const [x, y] = apply(plane.fromMm, cursor);
    const width = clamp(plane.view.width / factor, 8, plane.width);
    const height = (width * plane.height) / plane.width;
    plane.view = {
      left: clamp(x + 0.5 - width / 2, 0, plane.width - width),
      top: clamp(y + 0.5 - height / 2, 0, plane.height - height),
      width,
      height,
    };
  }

  function zoomAll(factor) {
    Object.values(planes).forEach((plane) => zoom(plane, factor));
    drawAll();
  }

  const KEYS = {
    ArrowLeft: (plane) => step(plane, -1, 0, 0),
    ArrowRight: (plane) => step(plane, 1, 0, 0),
    ArrowUp: (plane) => step(plane, 0, -1, 0),
    ArrowDown: (plane) => step(plane, 0, 1, 0),
    PageUp: (plane) => step(plane, 0, 0, 1),
    PageDown: (plane) => step(plane, 0, 0, -1),
    Enter: (plane) => step(plane, 0, 0, 0, true),
    " ": (plane) => step(plane, 0, 0, 0, true),
    "+": () => zoomAll(1.5),
    "=": () => zoomAll(1.5),
    "-": () => zoomAll(1 / 1.5),
  };

  function listen(plane) {
    plane.svg.addEventListener("click", (event) => {
      const to = plane.svg.getScreenCTM().inverse();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(to);
      const slice = apply(plane.fromMm, cursor)[2];
      move(plane, at.x - 0.5, at.y - 0.5, slice, true);
    });
    plane.svg.addEventListener("keydown", (event) => {
      const act = KEYS[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act(plane);
    });
    let rest = 0;
    plane.svg.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        if (event.ctrlKey) return zoomAll(event.deltaY < 0 ? 1.2 : 1 / 1.2);
        rest -= event.deltaY;
        const steps = Math.trunc(rest / SCROLL);
        rest -= steps * SCROLL;
        if (steps) scroll(plane, steps);
      },
      { passive: false },
    );
    plane.slider.addEventListener("input", () => {
      const [x, y] = apply(plane.fromMm, cursor);
      cursor = apply(plane.toMm, [x, y, Number(plane.slider.value)]);
      drawAll();
    });
  }

  for (const figure of viewer.querySelectorAll("[data-plane]")) {
    const axis = figure.dataset.plane;
    const plane = { ...data.planes[axis], axis, svg: figure.querySelector("svg") };
    plane.image = figure.querySelector("image");
    plane.shown = plane.image.getAttribute("href");
    plane.slider = figure.querySelector("[data-slider]");
    plane.number = figure.querySelector("[data-number]");
    plane.fromMm = inverse(plane.toMm);
    plane.view = { left: 0, top: 0, width: plane.width, height: plane.height };
    plane.marks = element("g", {});
    plane.svg.append(plane.marks);
    planes[axis] = plane;
    listen(plane);
  }

  // ---- window and level: sliders about the first window ----
  const windowSlider = viewer.querySelector("[data-window]");
  const levelSlider = viewer.querySelector("[data-level]");
  function regrey() {
    grey.window = data.window * 4 ** ((windowSlider.value - 50) / 50);
    grey.level = data.level + (data.window * (levelSlider.value - 50)) / 50;
    drawAll();
  }
  windowSlider.addEventListener("input", regrey);
  levelSlider.addEventListener("input", regrey);
  for (const button of viewer.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => zoomAll(Number(button.dataset.zoom)));
  viewer.querySelector("[data-reset]").addEventListener("click", () => {
    windowSlider.value = levelSlider.value = 50;
    zoomAll(0);
    regrey();
  });

  function goTo(key) {
    const point = key && pointOf(key);
    if (point) cursor = point;
    drawAll();
  }

  if (form) {
    recall();
    for (const more of form.querySelectorAll("details"))
      more.open ||= [...more.querySelectorAll("input[type=number]")].some((one) => one.value !== "");
    for (const radio of form.querySelectorAll("[data-pick]"))
      radio.addEventListener("change", () => goTo(radio.value));
    for (const row of form.querySelectorAll("[data-end]")) {
      const pick = row.querySelector("[data-pick]");
      row.addEventListener("input", (event) => {
        if (event.target.type !== "number") return;
        pick.checked = true;
        remember();
        goTo(row.dataset.end);
      });
      row.querySelector("[data-clear]").addEventListener("click", () => {
        setPoint(row.dataset.end, null);
        drawAll();
      });
    }
    if (confirmation) confirmation.addEventListener("change", drawAll);
    form.addEventListener("submit", () => sessionStorage.removeItem(viewer.dataset.memory));
  }
  const { axial } = planes;
  const middle = [(axial.width - 1) / 2, (axial.height - 1) / 2, axial.count >> 1];
  cursor = ends.map(pointOf).find(Boolean) || apply(axial.toMm, middle);
  new ResizeObserver(drawAll).observe(viewer);
  drawAll();
})();
