import sharp from 'sharp';
import { streetScene } from './src/street/scene/street.ts';
import { renderFrame } from './src/street/render/frame.ts';
import { trainLabels, trainIdOf } from './src/cityscapes/labels.ts';
const [w, h, n, cols] = [+process.argv[2], +process.argv[3], +process.argv[4], +process.argv[5]];
const cities = [
  'altwasser',
  'birkenau',
  'cranford',
  'dornhagen',
  'eschbach',
  'falkenau',
  'grunstadt',
  'hohenfels',
  'marsfeld',
  'nordheim',
];
const tiles: any[] = [];
let ts = 0,
  tr = 0,
  tris = 0;
const start = +(process.argv[7] ?? 0);
for (let i = 0; i < n; i++) {
  let t = performance.now();
  const s = streetScene({ seed: 1, city: cities[(i + start) % cities.length], index: i + start });
  ts += performance.now() - t;
  t = performance.now();
  const f = renderFrame(s, { width: w, height: h });
  const d = performance.now() - t;
  tr += d;
  tris += s.mesh.surfaceOf.length;
  if (i < 3) console.log('frame', i, 'render', d.toFixed(1), 'tris', s.mesh.surfaceOf.length);
  tiles.push({
    input: f.image,
    raw: { width: w, height: h, channels: 3 },
    left: (i % cols) * w,
    top: Math.floor(i / cols) * h * (process.argv[8] ? 2 : 1),
  });
  if (process.argv[8]) {
    const c = new Uint8Array(w * h * 3);
    f.labelIds.forEach((l, j) => {
      const t = trainIdOf[l];
      const col = t === 255 ? [0, 0, 0] : trainLabels[t].colour;
      c.set(col as any, 3 * j);
    });
    tiles.push({
      input: c,
      raw: { width: w, height: h, channels: 3 },
      left: (i % cols) * w,
      top: Math.floor(i / cols) * h * 2 + h,
    });
  }
}
console.log('scene ms', ts / n, 'render ms', tr / n, 'tris', tris / n);
await sharp({
  create: {
    width: w * cols,
    height: h * Math.ceil(n / cols) * (process.argv[8] ? 2 : 1),
    channels: 3,
    background: 'black',
  },
})
  .composite(tiles)
  .png()
  .toFile(process.argv[6]);
