// Pictures for the demonstration, drawn in code: a chest film as a greyscale PNG (ISO/IEC 15948) and a photograph of a
// skin mark as a colour one. Nothing here was ever a real person's.

import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Writes 8-bit samples, 1 (grey) or 3 (RGB) a pixel, as a PNG file. */
export function writePng(options: { width: number; height: number; channels: 1 | 3; samples: Uint8Array }): Uint8Array {
  const { width, height, channels, samples } = options;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = channels === 1 ? 0 : 2;
  const stride = width * channels;
  const lines = Buffer.alloc((stride + 1) * height); // each line begins with its filter, 0
  for (let y = 0; y < height; y++) lines.set(samples.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([
      signature,
      chunk("IHDR", header),
      chunk("IDAT", deflateSync(lines)),
      chunk("IEND", new Uint8Array()),
    ]),
  );
}

/** A repeatable grain, so that equal sources give equal files. */
function grainOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** How far inside an ellipse a point lies: 1 at its centre, 0 at its rim and beyond. */
function inside(x: number, y: number, shape: { x: number; y: number; w: number; h: number }): number {
  const distance = ((x - shape.x) / shape.w) ** 2 + ((y - shape.y) / shape.h) ** 2;
  return distance >= 1 ? 0 : Math.sqrt(1 - distance);
}

/** A smooth step from 0 to 1 over the first part of the way in. */
function soft(depth: number, over: number): number {
  const t = Math.min(1, depth / over);
  return t * t * (3 - 2 * t);
}

/** A chest film, front view. */
export function drawChestFilm(): Uint8Array {
  const width = 480;
  const height = 560;
  const samples = new Uint8Array(width * height);
  const grain = grainOf(7);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = column / width;
      const y = row / height;
      const body = soft(inside(x, y, { x: 0.5, y: 0.66, w: 0.46, h: 0.6 }), 0.35);
      const shoulders = soft(inside(x, y, { x: 0.5, y: 0.32, w: 0.52, h: 0.2 }), 0.6);
      const neck = soft(inside(x, y, { x: 0.5, y: 0.06, w: 0.13, h: 0.24 }), 0.6);
      const lungs = [0.32, 0.68].map((side) => soft(inside(x, y, { x: side, y: 0.5, w: 0.165, h: 0.29 }), 0.55));
      const lung = Math.max(...lungs);
      const heart = soft(inside(x, y, { x: 0.565, y: 0.62, w: 0.155, h: 0.15 }), 0.75);
      const spine = soft(Math.max(0, 1 - Math.abs(x - 0.5) / 0.05), 0.8) * (0.8 + 0.2 * Math.sin(y * 95));
      let light = 12 + 128 * Math.max(body, shoulders * 0.85, neck * 0.8) - 96 * lung * (1 - 0.75 * heart);
      light += 34 * heart + 38 * spine;
      const cage = Math.abs(x - 0.5);
      const ribs = Math.max(0, Math.sin((y + 0.55 * cage * cage + 0.2 * cage) * 66));
      light +=
        24 *
        ribs ** 3 *
        soft(Math.max(0, (0.37 - cage) / 0.37), 0.25) *
        soft(inside(x, y, { x: 0.5, y: 0.46, w: 0.5, h: 0.36 }), 0.5);
      samples[row * width + column] = Math.max(0, Math.min(255, Math.round(light + 9 * grain())));
    }
  }
  return writePng({ width, height, channels: 1, samples });
}

/** A photograph of a small mark on a forearm. */
export function drawSkinPhotograph(): Uint8Array {
  const width = 420;
  const height = 315;
  const samples = new Uint8Array(width * height * 3);
  const grain = grainOf(23);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = column / width;
      const y = row / height;
      const shade = 1 - 0.5 * (y - 0.45) ** 2 * 4 - 0.12 * x;
      const wobble = 0.008 * Math.sin(Math.atan2(y - 0.5, x - 0.55) * 5);
      const mark = inside(x, y, { x: 0.55, y: 0.5, w: 0.07 + wobble, h: 0.085 + wobble });
      const noise = 10 * grain();
      const at = (row * width + column) * 3;
      const skin = [222 * shade - 118 * mark, 178 * shade - 116 * mark, 152 * shade - 92 * mark];
      for (let channel = 0; channel < 3; channel++) {
        samples[at + channel] = Math.max(0, Math.min(255, Math.round((skin[channel] ?? 0) + noise)));
      }
    }
  }
  return writePng({ width, height, channels: 3, samples });
}
