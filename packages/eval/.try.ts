import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { writeFrame } from '../../bench/eval-frames.ts';
import { decodePng, matchInstances } from './src/index.ts';
import { unfilter } from './src/io/png-filter.ts';
for (const p of ['gt', 'semantic', 'instance/masks'])
  mkdirSync('/tmp/bf/' + p, { recursive: true });
writeFrame('/tmp/bf', 0);
const masks = readdirSync('/tmp/bf/instance/masks').map((f) =>
  readFileSync('/tmp/bf/instance/masks/' + f),
);
const gt = readFileSync('/tmp/bf/gt/bench_000000_000019_gtFine_instanceIds.png'),
  lab = readFileSync('/tmp/bf/gt/bench_000000_000019_gtFine_labelIds.png');
console.log(masks[0].length, gt.length, lab.length);
const time = async (n: string, f: () => unknown, reps = 5) => {
  let best = 1e9;
  for (let i = 0; i < reps; i++) {
    const t = process.cpuUsage(),
      w = performance.now();
    await f();
    const u = process.cpuUsage(t);
    best = Math.min(best, (u.user + u.system) / 1000);
    if (i == reps - 1)
      console.log(n, 'cpu', best.toFixed(1), 'wall', (performance.now() - w).toFixed(1));
  }
};
await time('decode 20 masks', async () => {
  for (const m of masks) await decodePng(m, 'm');
});
await time('decode gt16', () => decodePng(gt, 'g'));
await time('decode lab', () => decodePng(lab, 'g'));
const idat = (b: Buffer) => {
  const l = b.readUInt32BE(33);
  return b.subarray(41, 41 + l);
};
await time('inflate 20', () => {
  for (const m of masks) inflateSync(idat(m));
});
const raws = masks.map((m) => inflateSync(idat(m)));
await time('inflate 20 chunk big', () => {
  for (const m of masks) inflateSync(idat(m), { chunkSize: 2049 * 1024 + 64 });
});
await time('unfilter 20', () => {
  for (const m of raws) unfilter(m, 2048, 1024, 1, 'x');
});
const rg = inflateSync(idat(gt));
await time('unfilter gt', () => unfilter(rg, 4096, 1024, 2, 'x'));
const g = (await decodePng(gt, 'g')).data as Uint16Array;
const ms = await Promise.all(
  masks.map(async (m) => ({
    labelId: 26,
    confidence: 0.5,
    mask: (await decodePng(m, 'm')).data as Uint8Array,
  })),
);
await time('match', () => matchInstances(g, ms));
import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
const inf = promisify(inflate) as (b: Buffer, o: object) => Promise<Buffer>;
for (const c of [16384, 65536, 262144, 1 << 20, 2049 * 1024 + 64]) {
  await time('sync ' + c, () => {
    for (const m of masks) inflateSync(idat(m), { chunkSize: c });
  });
  await time('async ' + c, () => Promise.all(masks.map((m) => inf(idat(m), { chunkSize: c }))));
}
