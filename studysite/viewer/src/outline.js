// Closed curves in the plane of a section: the spline that the server measures
// (imaging/nerve/contour.py), and the edge of what a brush has painted. Points are [up, side] in mm.
export const REACH_MM = 3.6;
const STEP_MM = 0.1;
const COUNT = Math.round((2 * REACH_MM) / STEP_MM) + 1;
const DRAWN = 12;

export const circle = (radius, count) =>
  Array.from({ length: count }, (_none, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });

// The closed cubic spline through points, by chord length, as points close to each other.
export function curve(points) {
  const count = points.length;
  const h = points.map((point, i) => Math.max(distance(point, points[(i + 1) % count]), 1e-6));
  const bends = [0, 1].map((axis) => secondDerivatives(points.map((point) => point[axis]), h));
  return points.flatMap((point, i) => {
    const next = (i + 1) % count;
    return Array.from({ length: DRAWN }, (_none, step) => {
      const t = step / DRAWN;
      return [0, 1].map((axis) => {
        const [a, b] = [point[axis], points[next][axis]];
        const [m, n] = [bends[axis][i], bends[axis][next]];
        const s = 1 - t;
        return s * a + t * b + ((s ** 3 - s) * m + (t ** 3 - t) * n) * (h[i] ** 2 / 6);
      });
    });
  });
}

// Of a periodic cubic spline, by elimination: the system is small.
function secondDerivatives(values, h) {
  const count = values.length;
  const rows = values.map((value, i) => {
    const [before, after] = [(i + count - 1) % count, (i + 1) % count];
    const row = Array(count + 1).fill(0);
    row[before] += h[before];
    row[i] += 2 * (h[before] + h[i]);
    row[after] += h[i];
    row[count] = 6 * ((values[after] - value) / h[i] - (value - values[before]) / h[before]);
    return row;
  });
  for (let i = 0; i < count; i += 1)
    for (let j = i + 1; j < count; j += 1) {
      const factor = rows[j][i] / rows[i][i];
      if (factor) for (let k = i; k <= count; k += 1) rows[j][k] -= factor * rows[i][k];
    }
  const found = Array(count).fill(0);
  for (let i = count - 1; i >= 0; i -= 1) {
    let sum = rows[i][count];
    for (let k = i + 1; k < count; k += 1) sum -= rows[i][k] * found[k];
    found[i] = sum / rows[i][i];
  }
  return found;
}

export function area(points) {
  let sum = 0;
  points.forEach(([a, b], i) => {
    const [c, d] = points[(i + 1) % points.length];
    sum += a * d - b * c;
  });
  return Math.abs(sum) / 2;
}

const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);

// So many points of a closed line, evenly along it.
export function spread(line, count) {
  const steps = line.map((point, i) => distance(point, line[(i + 1) % line.length]));
  const whole = steps.reduce((sum, step) => sum + step, 0);
  let [row, gone] = [0, 0];
  return Array.from({ length: count }, (_none, i) => {
    const wanted = (whole * i) / count;
    while (row < line.length - 1 && gone + steps[row] < wanted) {
      gone += steps[row];
      row += 1;
    }
    const share = (wanted - gone) / (steps[row] || 1);
    const [a, b] = [line[row], line[(row + 1) % line.length]];
    return [0, 1].map((axis) => a[axis] + share * (b[axis] - a[axis]));
  });
}

// ---- the brush: how deep inside (positive) or far outside each place of a grid is ----
export class Painted {
  constructor(line) {
    this.depth = new Float32Array(COUNT * COUNT);
    for (let i = 0; i < COUNT; i += 1)
      for (let j = 0; j < COUNT; j += 1) this.depth[i * COUNT + j] = depth(place(i, j), line);
  }

  stroke(at, radius, erase) {
    for (let i = 0; i < COUNT; i += 1)
      for (let j = 0; j < COUNT; j += 1) {
        const inside = radius - distance(place(i, j), at);
        const now = this.depth[i * COUNT + j];
        this.depth[i * COUNT + j] = erase ? Math.min(now, -inside) : Math.max(now, inside);
      }
  }

  // The longest closed line at depth nought (marching squares); none where nothing is left.
  edge() {
    const next = new Map();
    for (let i = 0; i < COUNT - 1; i += 1)
      for (let j = 0; j < COUNT - 1; j += 1)
        for (const [from, to] of this.crossings(i, j)) next.set(from.name, { from, to });
    let longest = [];
    while (next.size) {
      const line = [];
      let [name] = next.keys();
      while (next.has(name)) {
        const { from, to } = next.get(name);
        next.delete(name);
        line.push(from.at);
        name = to.name;
      }
      if (line.length > longest.length) longest = line;
    }
    return longest.filter((point, i) => distance(point, longest[(i + 1) % longest.length]) > 0.004);
  }

  // Of one square the lines across, with the inside on their left.
  crossings(i, j) {
    const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
    const value = ([a, b]) => this.depth[a * COUNT + b];
    const cuts = corners.map((corner, side) => {
      const other = corners[(side + 1) % 4];
      const [v, w] = [value(corner), value(other)];
      if (v > 0 === w > 0) return null;
      const share = v / (v - w);
      const [p, q] = [place(...corner), place(...other)];
      const [low, high] = [corner, other].map(([a, b]) => a * COUNT + b).sort((a, b) => a - b);
      return {
        leaves: v > 0,
        name: `${low}-${high}`,
        at: [0, 1].map((axis) => p[axis] + share * (q[axis] - p[axis])),
      };
    });
    const found = [];
    cuts.forEach((cut, side) => {
      if (!cut || !cut.leaves) return;
      for (let step = 1; step < 4; step += 1) {
        const other = cuts[(side + 4 - step) % 4];
        if (other && !other.leaves) return found.push([cut, other]);
      }
    });
    return found;
  }
}

const place = (i, j) => [i * STEP_MM - REACH_MM, j * STEP_MM - REACH_MM];

function depth([x, y], line) {
  let [least, inside] = [Infinity, false];
  line.forEach(([a, b], i) => {
    const [c, d] = line[(i + 1) % line.length];
    const [dx, dy] = [c - a, d - b];
    const share = Math.min(Math.max(((x - a) * dx + (y - b) * dy) / (dx * dx + dy * dy || 1), 0), 1);
    least = Math.min(least, Math.hypot(x - a - share * dx, y - b - share * dy));
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) inside = !inside;
  });
  return inside ? least : -least;
}
