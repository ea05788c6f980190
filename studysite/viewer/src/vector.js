// Arithmetic of points and directions, as arrays of three.
export const add = (a, b) => a.map((value, i) => value + b[i]);
export const minus = (a, b) => a.map((value, i) => value - b[i]);
export const times = (a, factor) => a.map((value) => value * factor);
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const length = (a) => Math.hypot(...a);
export const unit = (a) => times(a, 1 / (length(a) || 1));
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Turn a direction about a unit axis (Rodrigues).
export function turned(a, axis, angle) {
  const c = Math.cos(angle);
  const along = times(axis, dot(axis, a) * (1 - c));
  return add(add(times(a, c), times(cross(axis, a), Math.sin(angle))), along);
}

// m: 4 x 4, by rows.
export const apply = (m, p) =>
  [0, 1, 2].map((i) => m[i][0] * p[0] + m[i][1] * p[1] + m[i][2] * p[2] + m[i][3]);
export const applyDirection = (m, p) =>
  [0, 1, 2].map((i) => m[i][0] * p[0] + m[i][1] * p[1] + m[i][2] * p[2]);

export function inverse(m) {
  const [a, b, c] = [0, 1, 2].map((column) => [0, 1, 2].map((row) => m[row][column]));
  const det = dot(a, cross(b, c));
  const rows = [cross(b, c), cross(c, a), cross(a, b)].map((row) => times(row, 1 / det));
  const shift = [0, 1, 2].map((row) => m[row][3]);
  return [...rows.map((row) => [...row, -dot(row, shift)]), [0, 0, 0, 1]];
}
