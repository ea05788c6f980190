// A part of a case as the server packs it (imaging/render/packed.py): one line of JSON, filled up
// with spaces to a multiple of eight bytes, and the arrays that it names.
const TYPES = { int16: Int16Array, float32: Float32Array, uint32: Uint32Array };

export async function fetchPart(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return unpack(await answer.arrayBuffer());
}

export function unpack(buffer) {
  const bytes = new Uint8Array(buffer);
  const end = bytes.indexOf(10);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  let at = end + 1;
  const arrays = header.arrays.map(({ type, count }) => {
    const array = new TYPES[type](buffer, at, count);
    at += Math.ceil(array.byteLength / 8) * 8;
    return array;
  });
  return { ...header, arrays };
}
