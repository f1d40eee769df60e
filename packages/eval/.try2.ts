import { mkdirSync, existsSync } from 'node:fs';
import { writeFrame } from '../../bench/eval-frames.ts';
import { scoreInstance, scoreSemantic } from './src/index.ts';
for (const p of ['gt', 'semantic', 'instance/masks'])
  mkdirSync('/tmp/bf2/' + p, { recursive: true });
if (!existsSync('/tmp/bf2/instance/bench_000011_000019.txt'))
  for (let k = 0; k < 12; k++) writeFrame('/tmp/bf2', k);
for (let r = 0; r < 4; r++)
  for (const [n, f] of [
    ['sem', () => scoreSemantic({ gt: '/tmp/bf2/gt', pred: '/tmp/bf2/semantic' })],
    ['inst', () => scoreInstance({ gt: '/tmp/bf2/gt', pred: '/tmp/bf2/instance' })],
  ] as const) {
    const c = process.cpuUsage(),
      t = performance.now();
    await f();
    const u = process.cpuUsage(c);
    console.log(
      n,
      'wall',
      ((performance.now() - t) / 12).toFixed(1),
      'user',
      (u.user / 12000).toFixed(1),
      'sys',
      (u.system / 12000).toFixed(1),
    );
  }
