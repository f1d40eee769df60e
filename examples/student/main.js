/* A student's story: labels of her own, from a folder to a report by two commands. See README.md. */
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stream } from '@scene-mtl/data';
import sharp from 'sharp';

const [HEIGHT, WIDTH, FRAMES] = [48, 96, 50];
/** Eleven frames have no depth, seven nobody labelled. */
const without = { depth: (k) => k % 5 === 1 || k === 0, masks: (k) => k % 7 === 3 };
const [EARTH, LEAF, WEED, UNSURE] = [0, 1, 2, 255];
const COLOURS = { [EARTH]: [120, 80, 40], [LEAF]: [60, 170, 60], [WEED]: [170, 190, 40] };

const raw = (channels) => ({ raw: { width: WIDTH, height: HEIGHT, channels } });
const grey = (data, file) => sharp(data, raw(1)).toColourspace('b-w').png().toFile(file);

/** What `numpy.save` writes of float32. */
function npy(data) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${HEIGHT}, ${WIDTH}), }`;
  // Such that the numbers begin at a multiple of 64 bytes.
  const text = `${header.padEnd(128 - 10 - 1)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0]);
  return Buffer.concat([start, Buffer.from(text), Buffer.from(data.buffer)]);
}

/** One bed from above: plants are discs, each with a number and a height; rims are nobody's certain class. */
function bed(k) {
  const random = stream(1, 'beds', k);
  const photo = Buffer.alloc(3 * HEIGHT * WIDTH);
  const [masks, plants] = [Buffer.alloc(HEIGHT * WIDTH), Buffer.alloc(HEIGHT * WIDTH)];
  const depth = new Float32Array(HEIGHT * WIDTH);
  const discs = Array.from({ length: 2 + random.integer(4) }, () => ({
    row: random.integer(HEIGHT),
    column: random.integer(WIDTH),
    radius: 6 + random.integer(7),
    kind: random.integer(2) === 0 ? LEAF : WEED,
    height: 0.1 + random.integer(30) / 100,
  }));
  for (let i = 0; i < HEIGHT * WIDTH; i++) {
    const [row, column] = [Math.floor(i / WIDTH), i % WIDTH];
    const away = (disc) => Math.hypot(row - disc.row, column - disc.column) - disc.radius;
    const n = discs.findLastIndex((disc) => away(disc) < 0);
    const kind = n < 0 ? EARTH : discs[n].kind;
    masks[i] = n >= 0 && away(discs[n]) > -1 ? UNSURE : kind;
    plants[i] = n + 1;
    // The camera hangs 1.5 m above the earth and loses what lies at the picture's edge.
    depth[i] = column < 3 ? NaN : 1.5 - (n < 0 ? 0 : discs[n].height);
    COLOURS[kind].forEach((value, c) => (photo[3 * i + c] = value + random.integer(30)));
  }
  return { photo, masks, plants, depth };
}

/** Draws her folder: photographs, ids of classes, numbers of plants, depth in metres. */
async function draw(root) {
  for (const name of ['images', 'masks', 'instances', 'depth']) {
    await mkdir(join(root, name), { recursive: true });
  }
  for (let k = 0; k < FRAMES; k++) {
    const [{ photo, masks, plants, depth }, id] = [bed(k), `bed_${String(k).padStart(3, '0')}`];
    await sharp(photo, raw(3))
      .png()
      .toFile(join(root, 'images', `${id}.png`));
    if (!without.masks(k)) {
      await grey(masks, join(root, 'masks', `${id}.png`));
      await grey(plants, join(root, 'instances', `${id}.png`));
    }
    if (!without.depth(k)) await writeFile(join(root, 'depth', `${id}.npy`), npy(depth));
  }
}

/** A command as she types it; gives what it says. */
function replicate(...words) {
  console.log(`\n$ npx replicate ${words.join(' ')}`);
  const bin = fileURLToPath(
    new URL('bin/replicate.js', import.meta.resolve('@scene-mtl/replicate/package.json')),
  );
  const said = execFileSync(process.execPath, [bin, ...words], { encoding: 'utf8' });
  console.log(said);
  return said;
}

const folder = process.argv[2] ?? 'garden';
const [data, runs] = [join(folder, 'mydata'), join(folder, 'runs')];
await draw(data);

// The first command says what the folder seems to hold; names are not in the files, so she writes them in.
const guessed = replicate('data', 'init', data, '--force');
assert.match(guessed, /depth: .*; 11 of 50 images have none/);
assert.match(guessed, /masks: .*; 7 of 50 images have none/);
const file = join(data, 'dataset.json');
const description = JSON.parse(await readFile(file, 'utf8'));
const { masks, instances, depth } = description.tasks;
const names = { [EARTH]: 'earth', [LEAF]: 'leaf', [WEED]: 'weed' };
masks.classes = masks.classes.map(({ value }) => ({
  ...{ name: names[value], value, colour: COLOURS[value] },
}));
masks.instanceClasses = ['leaf', 'weed'];
instances.within = 'masks';
depth.unit = 'm';
await writeFile(file, JSON.stringify(description, undefined, 2));

const checked = replicate('data', 'check', data);
assert.match(checked, /depth: 11 of 50 frames have no label/);
assert.match(checked, /weed/);

// The second command makes the table and the report: each task alone, together, balanced by learned weights.
const where = ['--runs', runs, '--name', 'table'];
const set = ['--set', 'training.steps=20', 'training.evalEvery=20'];
replicate('table1', '--data', data, '--profile', 'smoke', ...where, ...set);
const table = JSON.parse(await readFile(join(runs, 'table', 'table1.json'), 'utf8'));
const trained = table.rows.filter(({ reference }) => !reference);
assert.equal(trained.length, 3 + 1 + 3 + 1, 'three alone, the sum, three pairs, all');
for (const { header, cells } of trained) {
  assert.ok(
    cells.slice(3).some((cell) => cell !== null),
    `${header}: has numbers`,
  );
}
assert.ok(table.columns.some(({ name, unit }) => name === 'Depth mean error' && unit === 'm'));
for (const note of ['depth: 11 of 50', 'masks: 7 of 50', 'instances: 7 of 50']) {
  assert.ok(
    table.notes.some((line) => line.includes(`${note} frames have no label`)),
    note,
  );
}
const page = join(runs, 'table', 'report.html');
assert.ok((await readFile(page, 'utf8')).includes('Instances mean error'));
console.log(`${page} is her report`);
