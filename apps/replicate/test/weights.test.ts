import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors } from '@scene-mtl/core';
import { fromHalf, toHalf } from '@scene-mtl/data';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { checkpointOf } from '../src/predict/stored-network.ts';
import { readDescription } from '../src/run/description.ts';
import { readCard, type Card } from '../src/weights/card.ts';
import { packWeights, type PackOptions } from '../src/weights/pack.ts';
import { shippedWeights, weightsFolder } from '../src/weights/place.ts';
import { placelessCommand } from '../src/weights/placeless.ts';
import { replicate, scratch, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
let run: string;
let out: string;
let card: Card;

const compile = { threads: 1 } as const;
const pack = (changes: Partial<PackOptions> = {}) =>
  packWeights({
    ...{ run, out, about: 'Classes, objects and disparity.', terms: 'Drawn by hand.' },
    ...{ resamples: 50, compile, ...changes },
  });

beforeAll(async () => {
  place = await scratch();
  const command = `npm run replicate -- train --data ${place.tree} --name tiny`;
  run = (await tinyRun(place, 'tiny', { command })).folder;
  out = join(place.runs, 'packed', 'tiny');
  card = await pack();
});

describe('weights made of a run', () => {
  test('are its network alone, each number the binary16 that is nearest', async () => {
    const { tensors } = await checkpointOf(run, 'last');
    const [name] = (await readdir(join(out, 'checkpoints'))).filter((n) => /safetensors$/.test(n));
    const bytes = await readFile(join(out, 'checkpoints', name));
    const stored = decodeSafetensors(bytes, name).tensors;
    expect([...tensors.keys()].filter((key) => !stored.has(key)).join()).toMatch(
      /^((weighting|weighting-state|optimiser)\/[^,]*,?)+$/,
    );
    for (const [key, { shape, data }] of stored) {
      const whole = tensors.get(key)!;
      expect(shape).toEqual(whole.shape);
      expect(data).toEqual(
        Float32Array.from(whole.data as Float32Array, (x) => fromHalf(toHalf(x))),
      );
    }
    expect(card.bytes).toBe(bytes.length);
    // Two bytes a number, and a header of at most 120 characters a tensor.
    expect(bytes.length).toBeLessThan(2 * card.parameters + 120 * stored.size + 100);
  });

  test('are measured as they are: evaluate says what the card says', async () => {
    const evaluation = await evaluateRun({
      ...{ run: out, split: 'val', checkpoint: 'last', data: place.tree, resamples: 50, compile },
    });
    const [val] = card.measured;
    expect([val.split, val.frames]).toEqual(['val', 4]);
    const before = await evaluateRun({
      ...{ run, split: 'val', checkpoint: 'last', resamples: 0, compile },
    });
    for (const [name, value] of Object.entries(evaluation.metrics)) {
      expect(val.metrics[name]).toEqual({
        value,
        interval: evaluation.intervals[name] ?? null,
        unrounded: before.metrics[name],
        unit: evaluation.units[name],
      });
    }
    expect(Object.keys(val.metrics)).toHaveLength(Object.keys(evaluation.metrics).length);
  });

  test('tell nothing of the machine that trained them', async () => {
    const files = ['card.json', 'README.md', 'run.json'];
    const texts = await Promise.all(files.map((file) => readFile(join(out, file), 'utf8')));
    expect(texts.join('')).not.toContain(place.runs);
    expect((await readDescription(out)).config.data).toMatchObject({ root: 'street' });
    expect(card.command).toBe('npm run replicate -- train --data street --name tiny');
    expect(await readCard(out)).toEqual(card);
    expect(texts[1]).toContain('## Terms\n\nDrawn by hand.\n');
  });

  test('are not written over, unless that is asked for', async () => {
    await expect(pack()).rejects.toThrow('there already');
    expect((await pack({ force: true, terms: 'Other terms.', resamples: 0 })).terms).toBe(
      'Other terms.',
    );
  });
});

test('predict takes weights by their folder and says their terms', async () => {
  const [frame] = (await readdir(place.tree, { recursive: true })).filter((name) =>
    /val.*_leftImg8bit\.png$/.test(name),
  );
  const to = join(place.runs, 'photos');
  const said = await replicate(
    ...['predict', '--weights', out, '--image', join(place.tree, frame), '--out', to],
    ...['--threads', '1'],
  );
  expect(said).toContain('Terms: Other terms.');
  expect((await readdir(to)).sort()).toEqual(
    expect.arrayContaining(['overlay', 'semantic', 'side-by-side']),
  );
});

test('weights that are not there are one line that says what is', async () => {
  await expect(weightsFolder('nowhere')).rejects.toThrow(
    /^--weights nowhere: neither weights that come with this package nor a folder; /,
  );
  await expect(weightsFolder(run)).rejects.toThrow(/no card\.json .* --run$/);
  await expect(replicate('predict', '--image', 'a.jpg')).rejects.toThrow(
    /which network\? Give --run DIR/,
  );
  await writeFile(join(out, 'card.json'), '{"format":"another"}');
  await expect(readCard(out)).rejects.toThrow(/card\.json: format: .*not the card of weights$/);
});

test('what comes with the package is whole, and under 10 MB together', async () => {
  const cards = await Promise.all(
    shippedWeights().map(async (name) => {
      const folder = await weightsFolder(name);
      const shipped = await readCard(folder);
      const { tensors, manifest } = await checkpointOf(folder, 'last');
      expect([shipped.name, shipped.steps]).toEqual([name, manifest.step]);
      expect(shipped.sha256).toBe(manifest.sha256);
      expect([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(
        shipped.parameters,
      );
      return shipped;
    }),
  );
  expect(cards.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(10e6);
});

test('a command keeps of each place its last name', () => {
  expect(placelessCommand("train --data /a/b.c/camvid --set 'x=/d/e' --runs runs/f /g/h/")).toBe(
    "train --data camvid --set 'x=e' --runs runs/f h",
  );
});
