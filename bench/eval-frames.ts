import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const WIDTH = 2048;
const HEIGHT = 1024;
const classes = [24, 25, 26, 27, 28, 31, 32, 33];

/**
 * Writes one drawn frame below a folder: ground truth into `gt/`, a pixel-level prediction into
 * `semantic/`, about twenty masks with their text file into `instance/`. Outlines are wavy and the
 * prediction is off by a few pixels, so that the files compress about like real ones.
 */
export function writeFrame(folder: string, frame: number): void {
  const name = `bench_${String(frame).padStart(6, '0')}_000019`;
  let state = 12345 + frame;
  const below = (n: number) => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647;
    return state % n;
  };
  const instances = new Uint16Array(WIDTH * HEIGHT);
  const [horizon, phase] = [380 + below(80), below(100)];
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const edge = horizon + 40 * Math.sin((x + phase) / 90) + 6 * Math.sin(x / 5);
      const value = y > 960 ? 1 : y > edge + 260 ? 7 : y > edge + 180 ? 8 : y > edge ? 11 : 23;
      instances[y * WIDTH + x] = value;
    }
  }
  const objects = Array.from({ length: 20 }, (_, k) => ({
    value: classes[k % 8] * 1000 + k,
    x: below(WIDTH),
    y: 450 + below(350),
    rx: 20 + below(120),
    ry: 30 + below(90),
  }));
  for (const o of objects) ellipse(o, 0, (i) => (instances[i] = o.value));
  const labels = Uint8Array.from(instances, (v) => (v < 1000 ? v : Math.floor(v / 1000)));
  const prediction = new Uint8Array(WIDTH * HEIGHT);
  for (let i = 0; i < prediction.length; i++) {
    prediction[i] = labels[Math.min(labels.length - 1, i + 3 * WIDTH + 4)];
  }
  const png = (file: string, data: Uint8Array | Uint16Array) =>
    writeFileSync(join(folder, file), grey(data));
  png(`gt/${name}_gtFine_labelIds.png`, labels);
  png(`gt/${name}_gtFine_instanceIds.png`, instances);
  png(`semantic/${name}.png`, prediction);
  const lines = objects.map((o, k) => {
    const mask = new Uint8Array(WIDTH * HEIGHT);
    ellipse(o, below(12), (i) => (mask[i] = 255));
    png(`instance/masks/${name}_${k}.png`, mask);
    return `masks/${name}_${k}.png ${classes[k % 8]} ${below(1000) / 1000}\n`;
  });
  writeFileSync(join(folder, `instance/${name}.txt`), lines.join(''));
}

/** Visits the pixels of a wavy ellipse, moved right by `shift` px. */
function ellipse(
  { x, y, rx, ry }: { x: number; y: number; rx: number; ry: number },
  shift: number,
  visit: (pixel: number) => void,
): void {
  for (let py = Math.max(0, y - ry); py <= Math.min(HEIGHT - 1, y + ry); py++) {
    const half = rx * Math.sqrt(1 - ((py - y) / ry) ** 2) * (1 + 0.05 * Math.sin(py / 3));
    const from = Math.max(0, Math.round(x + shift - half));
    const to = Math.min(WIDTH, Math.round(x + shift + half));
    for (let px = from; px < to; px++) visit(py * WIDTH + px);
  }
}

/** Grey PNG of 8 or 16 bits, every row with the filter `up`, as good encoders choose for labels. */
function grey(data: Uint8Array | Uint16Array): Buffer {
  const depth = data instanceof Uint16Array ? 16 : 8;
  const bytes = depth === 16 ? Buffer.from(data.slice().buffer).swap16() : Buffer.from(data.buffer);
  const row = (WIDTH * depth) / 8;
  const raw = Buffer.alloc((row + 1) * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    raw[y * (row + 1)] = y === 0 ? 0 : 2;
    for (let i = 0; i < row; i++) {
      raw[y * (row + 1) + 1 + i] = bytes[y * row + i] - (y === 0 ? 0 : bytes[(y - 1) * row + i]);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header[8] = depth;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, sum]);
}
