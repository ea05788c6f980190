// Virtual endoscopy: the fitted nerve and vessels in their cistern, flown along and looked about in.
import "@kitware/vtk.js/Rendering/OpenGL/Profiles/Geometry.js";
import vtkDataArray from "@kitware/vtk.js/Common/Core/DataArray.js";
import vtkPolyData from "@kitware/vtk.js/Common/DataModel/PolyData.js";
import vtkActor from "@kitware/vtk.js/Rendering/Core/Actor.js";
import vtkMapper from "@kitware/vtk.js/Rendering/Core/Mapper.js";
import vtkGenericRenderWindow from "@kitware/vtk.js/Rendering/Misc/GenericRenderWindow.js";
import { add, clamp, cross, dot, minus, times, turned, unit } from "./vector.js";

const PLAY_MM_A_SECOND = 2;
const TURN_A_PIXEL = 0.005;
const STEP_MM = 0.25;

export class Endoscopy {
  constructor(root, state, course, part) {
    Object.assign(this, { root, state, course, path: part.path });
    this.stage = root.querySelector("[data-stage]");
    this.slider = root.querySelector("[data-path]");
    [this.slider.min, this.slider.max] = course.measured;
    this.window = vtkGenericRenderWindow.newInstance({ listenWindowResize: false });
    this.window.setContainer(this.stage);
    this.renderer = this.window.getRenderer();
    this.renderer.setBackground(...part.background);
    part.meshes.forEach((mesh, number) => {
      const [points, normals, faces] = part.arrays.slice(3 * number, 3 * number + 3);
      this.renderer.addActor(actor(mesh, points, normals, faces));
    });
    this.look = { yaw: 0, pitch: 0, ahead: 0 };
    this.playing = null;
    this.listen();
    state.listen(() => this.draw());
    new ResizeObserver(() => this.resize()).observe(this.stage);
  }

  get arc() {
    return this.course.toLocal(this.state.get("cursor"))[0];
  }

  place(arc) {
    const { first, step, positions, targets, ups } = this.path;
    const row = clamp((arc - first) / step, 0, positions.length - 1);
    const before = Math.min(Math.floor(row), positions.length - 2);
    const share = row - before;
    const between = (rows) =>
      rows[before].map((value, i) => value + share * (rows[before + 1][i] - value));
    return [between(positions), between(targets), between(ups)];
  }

  draw() {
    if (!this.root.offsetParent) return;
    const arc = this.arc;
    this.slider.value = arc;
    const [position, target, up] = this.place(arc);
    const forward = unit(minus(target, position));
    const level = unit(minus(up, times(forward, dot(up, forward))));
    const aside = cross(forward, level);
    const view = turned(turned(forward, level, this.look.yaw), aside, this.look.pitch);
    const camera = this.renderer.getActiveCamera();
    const from = add(position, times(view, this.look.ahead));
    camera.setPosition(...from);
    camera.setFocalPoint(...add(from, view));
    camera.setViewUp(...turned(level, aside, this.look.pitch));
    camera.setViewAngle(this.path.angle);
    camera.setClippingRange(0.1, 80);
    this.window.getRenderWindow().render();
  }

  // Where the eye stands, for the server to draw the same.
  camera() {
    const camera = this.renderer.getActiveCamera();
    return {
      position: [...camera.getPosition()],
      target: [...camera.getFocalPoint()],
      up: [...camera.getViewUp()],
      angle: camera.getViewAngle(),
    };
  }

  resize() {
    this.window.resize();
    this.state.redraw();
  }

  go(arc) {
    const held = clamp(arc, ...this.course.measured);
    this.state.set({ cursor: this.course.toWorld([held, 0, 0]) });
    return held;
  }

  play(button) {
    if (this.playing) {
      cancelAnimationFrame(this.playing);
      this.playing = null;
    } else {
      const [start, end] = this.course.measured;
      let arc = this.arc >= end - 0.01 ? start : this.arc;
      let before = performance.now();
      const step = (now) => {
        arc = this.go(arc + ((now - before) / 1000) * PLAY_MM_A_SECOND);
        before = now;
        this.playing = arc < end && this.root.offsetParent ? requestAnimationFrame(step) : null;
        button.setAttribute("aria-pressed", String(Boolean(this.playing)));
      };
      this.playing = requestAnimationFrame(step);
    }
    button.setAttribute("aria-pressed", String(Boolean(this.playing)));
  }

  turn(yaw, pitch) {
    this.look.yaw += yaw;
    this.look.pitch = clamp(this.look.pitch + pitch, -1.4, 1.4);
    this.state.redraw();
  }

  listen() {
    const { stage } = this;
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    const button = this.root.querySelector("[data-play]");
    button.addEventListener("click", () => this.play(button));
    this.root.querySelector("[data-ahead]").addEventListener("click", () => {
      this.look = { yaw: 0, pitch: 0, ahead: 0 };
      this.state.redraw();
    });
    stage.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      stage.focus();
      stage.setPointerCapture(event.pointerId);
      let before = [event.clientX, event.clientY];
      const move = (next) => {
        const [x, y] = [next.clientX - before[0], next.clientY - before[1]];
        before = [next.clientX, next.clientY];
        this.turn(x * TURN_A_PIXEL, y * TURN_A_PIXEL);
      };
      const end = () => stage.removeEventListener("pointermove", move);
      stage.addEventListener("pointermove", move);
      stage.addEventListener("pointerup", end, { once: true });
      stage.addEventListener("pointercancel", end, { once: true });
    });
    stage.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.look.ahead = clamp(this.look.ahead - event.deltaY / 200, -6, 6);
        this.state.redraw();
      },
      { passive: false },
    );
    stage.addEventListener("keydown", (event) => {
      const acts = {
        ArrowLeft: () => this.turn(0.08, 0),
        ArrowRight: () => this.turn(-0.08, 0),
        ArrowUp: () => this.turn(0, 0.08),
        ArrowDown: () => this.turn(0, -0.08),
        PageUp: () => this.go(this.arc + STEP_MM),
        PageDown: () => this.go(this.arc - STEP_MM),
      };
      const act = acts[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }
}

function actor(mesh, points, normals, faces) {
  const data = vtkPolyData.newInstance();
  data.getPoints().setData(points, 3);
  const cells = new Uint32Array((faces.length / 3) * 4);
  for (let from = 0, to = 0; from < faces.length; from += 3, to += 4)
    cells.set([3, faces[from], faces[from + 1], faces[from + 2]], to);
  data.getPolys().setData(cells, 1);
  data
    .getPointData()
    .setNormals(
      vtkDataArray.newInstance({ name: "Normals", values: normals, numberOfComponents: 3 }),
    );
  const mapper = vtkMapper.newInstance();
  mapper.setInputData(data);
  const made = vtkActor.newInstance();
  made.setMapper(mapper);
  const look = made.getProperty();
  look.setColor(...mesh.colour);
  look.setAmbient(0.12);
  look.setDiffuse(0.85);
  look.setSpecular(0.18);
  look.setSpecularPower(25);
  return made;
}
