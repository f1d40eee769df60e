import { generateTree, openDataset } from '@scene-mtl/datasets';
const t = performance.now();
await generateTree({
  out: process.argv[2],
  frames: { train: +process.argv[3], val: 6 },
  width: +process.argv[4],
  height: +process.argv[4] / 2,
  seed: 1,
  workers: +process.argv[5],
});
console.log('seconds', (performance.now() - t) / 1000);
const d = await openDataset(process.argv[2]);
const id = d.list('train')[0];
const s = await d.read(id, 'train', { height: 64, width: 128 });
console.log(
  d.name,
  d.annotations,
  id,
  [...s.centres!].slice(0, 3),
  s.camera,
  Math.max(...s.disparity!),
);
