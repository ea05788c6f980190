// The space along a nerve: (arc, up, side) in mm, and the patient's.
import { add, clamp, dot, minus, times } from "./vector.js";

export class Course {
  // points, ups, sides: a row each `step` mm of arc from `first`; measured: [from, to] of the arc.
  constructor({ points, ups, sides, first, step, measured, bends }) {
    Object.assign(this, { points, ups, sides, first, step, measured, bends });
  }

  get last() {
    return this.first + this.step * (this.points.length - 1);
  }

  row(arc) {
    return clamp((arc - this.first) / this.step, 0, this.points.length - 1);
  }

  at(rows, arc) {
    const row = this.row(arc);
    const before = Math.min(Math.floor(row), rows.length - 2);
    const share = row - before;
    return rows[before].map((value, i) => value + share * (rows[before + 1][i] - value));
  }

  // A place of the patient, by the nearest place of the nerve.
  toLocal(point) {
    let [nearest, away] = [0, Infinity];
    this.points.forEach((centre, row) => {
      const offset = minus(point, centre);
      const square = dot(offset, offset);
      if (square < away) [nearest, away] = [row, square];
    });
    const low = Math.max(nearest - 1, 0);
    const high = Math.min(nearest + 1, this.points.length - 1);
    const along = minus(this.points[high], this.points[low]);
    const share = dot(minus(point, this.points[low]), along) / dot(along, along);
    const row = clamp(low + share * (high - low), 0, this.points.length - 1);
    const arc = this.first + row * this.step;
    const offset = minus(point, this.at(this.points, arc));
    return [arc, dot(offset, this.at(this.ups, arc)), dot(offset, this.at(this.sides, arc))];
  }

  toWorld([arc, up, side]) {
    const across = add(times(this.at(this.ups, arc), up), times(this.at(this.sides, arc), side));
    return add(this.at(this.points, arc), across);
  }
}
