// Writes a report and two charts with made-up numbers, to look at in a browser:
//
//   npx tsx packages/eval/test/demo/make-demo.ts FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainPalette } from '@scene-mtl/data/cityscapes';
import {
  bandOverSeeds,
  colourClasses,
  colourDisparity,
  colourInstances,
  colourVectors,
  lineChart,
  tilePng,
  renderPng,
  renderSvg,
  report,
  weightGridChart,
  type Tile,
  type Table,
} from '../../src/index.ts';

const folder = process.argv[2] ?? 'demo';
mkdirSync(folder, { recursive: true });

const steps = Array.from({ length: 60 }, (_, k) => 50 + k * 50);
const wobble = (k: number, seed: number) => 1 + 0.09 * Math.sin(k * (1.3 + seed / 3) + 2 * seed);
const decay = (start: number, end: number) =>
  [1, 2, 3].map((seed) =>
    steps.map((x, k) => ({ x, y: (end + (start - end) * Math.exp(-k / 9)) * wobble(k, seed) })),
  );

const loss = lineChart({
  title: 'Loss per task',
  x: { label: 'training step' },
  y: { label: 'loss', log: true },
  curves: [
    bandOverSeeds('semantic', decay(2.6, 0.31)),
    bandOverSeeds('instance', decay(14, 3.6)),
    bandOverSeeds('depth', decay(3.2, 0.52)),
  ],
});
const sigma = lineChart({
  title: 'Learned noise σ² per task',
  x: { label: 'training step' },
  y: { label: 'σ²', log: true },
  curves: [
    bandOverSeeds('semantic', decay(1.1, 0.35)),
    bandOverSeeds('instance', decay(40, 3.9)),
    bandOverSeeds('depth', decay(9, 0.55)),
  ],
});
const grid = weightGridChart({
  title: 'Fixed weights against learned ones: semantic + depth',
  weightLabel: 'depth weight',
  left: { label: 'IoU (%)', better: 'higher' },
  right: { label: 'depth error (px)', better: 'lower' },
  points: [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1].map((weight) => ({
    weight,
    left: weight === 1 ? null : 41 + 3 * weight - 14 * weight ** 3,
    right: weight === 0 ? null : 0.62 - 0.3 * weight + 0.27 * weight ** 2 + 0.004 / weight,
    leftSd: 0.6,
    rightSd: 0.008,
  })),
  learned: { left: 43.1, right: 0.529 },
});

const results: Table = {
  title: 'Tasks and weights (made-up numbers)',
  corner: 'Loss',
  columns: [
    { name: 'semantic', group: 'Weights' },
    { name: 'instance', group: 'Weights' },
    { name: 'depth', group: 'Weights' },
    { name: 'IoU', group: 'Validation', unit: '%', better: 'higher', decimals: 1 },
    { name: 'instance error', group: 'Validation', unit: 'px', better: 'lower' },
    { name: 'disparity error', group: 'Validation', unit: 'px', better: 'lower', decimals: 3 },
  ],
  rows: [
    row('semantic only', ['1', '', ''], [41.2, null, null], [59.4]),
    row('instance only', ['', '1', ''], [null, 4.12, null], [undefined, 4.61]),
    row('depth only', ['', '', '1'], [null, null, 0.611], [undefined, undefined, 0.64]),
    row('unweighted sum', ['0.333', '0.333', '0.333'], [35.8, 3.84, 0.583], [50.1, 3.79, 0.592]),
    row('two tasks, learned', ['✓', '', '✓'], [43.1, null, 0.529], [62.7, undefined, 0.533]),
    row('three tasks, learned', ['✓', '✓', '✓'], [43.4, 3.55, 0.526], [63.4, 3.5, 0.522]),
  ],
  published: 'Kendall et al. 2018, table 1, Tiny Cityscapes',
  notes: ['Made-up numbers that show the layout; mean ± sd over 3 seeds.'],
};

function row(
  header: string,
  weights: string[],
  values: (number | null)[],
  published: (number | undefined)[],
) {
  const cells = values.map((value, k) => {
    const cited = published[k];
    if (value === null) return null;
    const spread = { sd: value / 60, n: 3 };
    return { value, ...spread, ...(cited === undefined ? {} : { published: cited }) };
  });
  return { header, cells: [...weights, ...cells], ruleAbove: header.startsWith('unweighted') };
}

/** A drawn street: sky, houses, road, two cars, a pole. */
function street(): Tile[] {
  const [height, width] = [64, 128];
  const pixels = height * width;
  const classes = new Uint8Array(pixels);
  const instances = new Uint16Array(pixels);
  const disparity = new Float32Array(pixels);
  const vectors = new Float32Array(2 * pixels);
  const photo = new Uint8Array(3 * pixels);
  const cars = [
    { id: 26001, x: 34, y: 42, w: 34, h: 17, d: 9 },
    { id: 26002, x: 88, y: 37, w: 20, h: 10, d: 5 },
  ];
  for (let i = 0; i < pixels; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    const house = y > 8 + 10 * Math.abs(Math.sin(x / 17)) && y < 36 && (x < 50 || x > 78);
    classes[i] = y > 34 ? 0 : house ? 2 : 10;
    disparity[i] = y > 34 ? (y - 32) / 2.6 : house ? 2 : 0;
    for (const car of cars) {
      if (Math.abs(x - car.x) > car.w / 2 || Math.abs(y - car.y) > car.h / 2) continue;
      classes[i] = 13;
      instances[i] = car.id;
      disparity[i] = car.d;
      vectors[2 * i] = car.x - x;
      vectors[2 * i + 1] = car.y - y;
    }
    if (Math.abs(x - 38) < 2 && y > 6 && y < 52) {
      classes[i] = 5;
      instances[i] = 0;
      disparity[i] = 11;
    }
    const [r, g, b] = trainPalette[classes[i]];
    const shade = 0.75 + 0.25 * Math.sin(x * 0.7 + y * 1.3);
    photo.set(
      [r, g, b].map((c) => Math.min(255, 40 + c * shade)),
      3 * i,
    );
  }
  const mask = Uint8Array.from(instances, (v) => Number(v > 0));
  const valid = Uint8Array.from(disparity, (d, i) => Number(d > 0 && i % 11 !== 0));
  const blurred = classes.map((_, i) => classes[Math.min(pixels - 1, i + ((i * 7) % 3) * width)]);
  const drawn = vectors.map((v, i) => v * (0.9 + 0.2 * Math.sin(i / 50)));
  const guess = disparity.map((d, i) => d * (1 + 0.05 * Math.sin(i / 300)));
  const found = instances.map((v, i) => (i % 13 === 0 ? 0 : v));
  return [
    { name: 'photo', height, width, data: photo },
    { name: 'classes, truth', ...colourClasses(classes, height, width, trainPalette) },
    { name: 'classes, prediction', ...colourClasses(blurred, height, width, trainPalette) },
    { name: 'instances, truth', ...colourInstances(instances, height, width) },
    { name: 'instances, prediction', ...colourInstances(found, height, width) },
    { name: 'centre vectors, truth', ...colourVectors(vectors, mask, height, width, 17) },
    { name: 'centre vectors, prediction', ...colourVectors(drawn, mask, height, width, 17) },
    { name: 'disparity, truth', ...colourDisparity(disparity, valid, height, width, 12) },
    { name: 'disparity, prediction', ...colourDisparity(guess, undefined, height, width, 12) },
  ];
}

const chart = async (spec: Parameters<typeof renderSvg>[0], id: string, description: string) => {
  const svg = await renderSvg(spec, { id, description });
  writeFileSync(join(folder, `${id}.png`), await renderPng(svg, 1.5));
  return svg;
};
const tiles = await Promise.all(
  street().map(async (tile) => ({
    name: tile.name,
    alt: `Drawn street, ${tile.name}`,
    png: await tilePng(tile),
  })),
);
const html = report({
  title: 'Example report: three tasks, learned weights',
  lead: 'Layout example with made-up numbers. A real report has the same sections, filled from a run folder.',
  keyNumbers: [
    { label: 'Mean IoU', value: '43.4 %', context: '± 0.7, 3 seeds; single task 41.2 %' },
    { label: 'Instance error', value: '3.55 px', context: '± 0.06; single task 4.12 px' },
    { label: 'Disparity error', value: '0.526 px', context: '± 0.009; single task 0.611 px' },
    { label: 'Δm (primary)', value: '−11.0 %', context: 'lower is better; base: single-task runs' },
  ],
  summary: [
    'Learned weights beat the unweighted sum and the single-task networks in this example.',
  ],
  howToRead: [
    'Every number is of the validation split at 64 × 128 px, mean ± standard deviation over 3 seeds.',
    'Bold on a tinted cell is the best of its column; a dash means the run was not made.',
    'Numbers in italics with † are published ones. They are of another data set and only stand beside ours.',
  ],
  tables: [results],
  figures: [
    {
      id: 'loss',
      svg: await chart(loss, 'loss', 'Loss of three tasks falls over 3,000 steps'),
      caption: 'Training loss per task; line is the mean of 3 seeds, band their range.',
      data: {
        title: 'Loss at the last step',
        corner: 'task',
        columns: [{ name: 'mean', decimals: 3 }],
        rows: [
          { header: 'semantic', cells: [{ value: 0.313 }] },
          { header: 'instance', cells: [{ value: 3.61 }] },
          { header: 'depth', cells: [{ value: 0.524 }] },
        ],
      },
    },
    {
      id: 'sigma',
      svg: await chart(sigma, 'sigma', 'Learned variances of three tasks fall and level off'),
      caption:
        'Learned variance σ² per task, logarithmic; line is the mean of 3 seeds, band their range.',
    },
    {
      id: 'grid',
      svg: await chart(grid, 'grid', 'IoU and depth error over the weight of depth, two axes'),
      caption:
        'Fixed weights that sum to 1; bars are ± 1 sd. Dotted: learned weights. Up is better.',
    },
  ],
  grids: [{ title: 'Frame 1', tiles }],
  environment: {
    machine: '2 cores, AVX-512',
    node: process.version,
    command: 'npm run replicate -- report',
    'wall time': '41 min',
  },
  config: {
    data: { set: 'generated', size: [64, 128] },
    optimiser: { name: 'sgd', momentum: 0.9 },
  },
});
writeFileSync(join(folder, 'report.html'), html);
