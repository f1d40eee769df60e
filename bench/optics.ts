import densityClustering from 'density-clustering';
import { optics } from '../packages/vision-heads/src/instance/clustering/optics.ts';
import { makeVoteScene, normal, uniform } from './vote-scenes.ts';

/** One row: the time of one clustering of `points` points. */
export interface OpticsTiming {
  readonly name: string;
  readonly points: number;
  /** Wall-clock time over `runs` runs after one that is not counted, in ms. */
  readonly minimum: number;
  readonly median: number;
  /** Least CPU time of the process in a run, in ms: steadier than wall-clock on a shared machine. */
  readonly cpu: number;
  readonly runs: number;
}

const MIN_PTS = 20;
const MAX_EPS = 3;

/**
 * OPTICS on 32,768 points (one 128 × 256 image, each pixel countable), and on 4,000 beside
 * density-clustering 1.3.0, run in turns. minPts 20 and ε 3 px, the defaults of the instance decoder;
 * "ε ∞" is the worst case, with each point in each neighbourhood.
 */
export function benchOptics(): OpticsTiming[] {
  const n = 32_768;
  const sets: Record<string, Float64Array> = {
    uniform: uniformPoints(n, 1),
    'clumped, σ 2 px, 30 clumps': clumps(n, 30, 2, 2),
    'clumped, σ 1 px, one clump': clumps(n, 1, 1, 3),
    'realistic votes': realisticVotes(n),
    'identical points': new Float64Array(2 * n).fill(64),
  };
  const rows: OpticsTiming[] = [];
  for (const [name, points] of Object.entries(sets)) {
    rows.push(...inTurns(n, { [`${name}, ε 3`]: () => optics(points, ours(MAX_EPS)) }, 5));
    rows.push(...inTurns(n, { [`${name}, ε ∞`]: () => optics(points, ours(Infinity)) }, 5));
  }
  const few = realisticVotes(4000);
  const pairs = Array.from({ length: 4000 }, (_, i) => [few[2 * i], few[2 * i + 1]]);
  const both = {
    'realistic votes, ε 3': () => optics(few, ours(MAX_EPS)),
    'realistic votes, ε 3, density-clustering': () =>
      new densityClustering.OPTICS().run(pairs, MAX_EPS, MIN_PTS),
  };
  return [...rows, ...inTurns(4000, both, 5)];
}

const ours = (maxEps: number) => ({ minPts: MIN_PTS, maxEps });

function inTurns(points: number, jobs: Record<string, () => unknown>, runs: number) {
  const times = Object.keys(jobs).map((): number[] => []);
  const cpu = Object.keys(jobs).map(() => Infinity);
  for (let run = 0; run <= runs; run++) {
    Object.values(jobs).forEach((job, k) => {
      const start = performance.now();
      const cpuStart = process.cpuUsage();
      job();
      if (run === 0) return;
      times[k].push(performance.now() - start);
      const { user, system } = process.cpuUsage(cpuStart);
      cpu[k] = Math.min(cpu[k], (user + system) / 1000);
    });
  }
  return Object.keys(jobs).map((name, k): OpticsTiming => {
    const sorted = times[k].sort((a, b) => a - b);
    const [minimum, median] = [sorted[0], sorted[sorted.length >> 1]];
    return { name, points, minimum, median, cpu: cpu[k], runs };
  });
}

function uniformPoints(n: number, seed: number): Float64Array {
  const random = uniform(seed);
  return Float64Array.from({ length: 2 * n }, (_, i) => random() * (i % 2 === 0 ? 256 : 128));
}

function clumps(n: number, count: number, sigma: number, seed: number): Float64Array {
  const random = uniform(seed);
  const centres = Array.from({ length: count }, () => [random() * 256, random() * 128]);
  return Float64Array.from(
    { length: 2 * n },
    (_, i) => centres[(i >> 1) % count][i % 2] + sigma * normal(random),
  );
}

/** The countable pixels' votes of as many simulated images as it takes, all of one image together. */
function realisticVotes(n: number): Float64Array {
  const votes = new Float64Array(2 * n);
  let filled = 0;
  for (let seed = 1; filled < n; seed++) {
    const error = { stride: 8, smooth: 0.08, pixel: 0.2 };
    const { ids, vectors, width } = makeVoteScene(seed, 128, 256, error);
    for (let p = 0; p < ids.length && filled < n; p++) {
      if (ids[p] === 0) continue;
      votes[2 * filled] = (p % width) + vectors[2 * p];
      votes[2 * filled + 1] = Math.floor(p / width) + vectors[2 * p + 1];
      filled++;
    }
  }
  return votes;
}
