import { duel, METHODS, type Frame } from '../apps/replicate/src/demo/duel.ts';
import * as tf from '@tensorflow/tfjs';

/**
 * `npm run demo:seeds -- [N]`: what `npm run demo` shows, for the seeds 1 to N (10), as a table without a page. Exit code 1
 * where learned weights do not tell more pixels' classes right than the plain sum in nine of ten seeds.
 */
const count = Number(process.argv[2] ?? 10);
tf.env().set('PROD', true);
await tf.setBackend('cpu');
let better = 0;
for (let seed = 1; seed <= count; seed++) {
  let last: Frame | undefined;
  for await (const frame of duel(seed, Infinity)) last = frame;
  const [plain, learned] = last!.states;
  if (learned.right > plain.right) better++;
  const texts = last!.states.map(
    ({ right, error, weights }, i) =>
      `${METHODS[i]} ${right.toFixed(1)} % right, ${error.toFixed(1)} cm off, weights ${weights.map((w) => w.toPrecision(3)).join(' and ')}`,
  );
  process.stdout.write(`seed ${seed}: ${texts.join('; ')}\n`);
}
process.stdout.write(`${better} of ${count} seeds: learned weights tell more classes right\n`);
process.exit(better >= 0.9 * count ? 0 : 1);
