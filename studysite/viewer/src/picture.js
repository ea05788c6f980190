// Grey values onto a canvas through a window; with others, through a window of their own, laid over
// them by a share.
export function paint(canvas, values, width, height, low, high, over = null) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = 255 / (high - low || 1);
  for (let i = 0; i < pixels.length; i += 1) {
    const grey = held((values[i] - low) * scale);
    const shown = over ? (1 - over.share) * grey + over.share * held(over.grey(i)) | 0 : grey | 0;
    pixels[i] = 0xff000000 | (shown << 16) | (shown << 8) | shown;
  }
  context.putImageData(image, 0, 0);
}

const held = (grey) => (grey < 0 ? 0 : grey > 255 ? 255 : grey);

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

// The patient's directions by the sign of x, y, z (LPS): left, posterior, head.
const LETTERS = ["RL", "AP", "FH"];

// The letters of a direction: the nearest, and a second where it is oblique.
export function letters(direction) {
  return [0, 1, 2]
    .map((axis) => [Math.abs(direction[axis]), LETTERS[axis][direction[axis] > 0 ? 1 : 0]])
    .sort((a, b) => b[0] - a[0])
    .filter(([share], rank) => rank === 0 || share > 0.26)
    .map(([, letter]) => letter)
    .join("");
}

// A round number of mm for a scale bar that is about a fifth of the width.
export function barLength(widthMm) {
  return [50, 20, 10, 5, 2, 1, 0.5].find((mm) => mm <= widthMm / 4) || 0.5;
}
