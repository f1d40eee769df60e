import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  decodeSafetensors,
  encodeSafetensors,
  latestCheckpoint,
  readMetrics,
  readTfjsWeights,
  saveCheckpoint,
} from '@scene-mtl/core';
import { openDataset, readManifest, type Dataset } from '@scene-mtl/datasets';
import fc from 'fast-check';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import { descriptionIfPresent } from '../src/run/description.ts';
import { fault, hostileBytes, hostileJson } from './hostile.ts';

/*
 * 10,000 damaged files: each is read, or refused in one line that names it. The seed is fixed, so that the same
 * ones come every time.
 */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads so many damaged files. @returns how many were refused */
async function fuzz<T>(
  runs: number,
  files: fc.Arbitrary<T>,
  name: string,
  read: (content: T) => unknown,
): Promise<number> {
  let refused = 0;
  const property = fc.asyncProperty(files, async (content) => {
    try {
      await read(content);
    } catch (error) {
      refused++;
      expect(fault(error, name)).toBeUndefined();
    }
  });
  await fc.assert(property, { numRuns: runs });
  return refused;
}

/** JSON that is damaged in its values, or in its letters. */
const damaged = (valid: unknown): fc.Arbitrary<string | Buffer> =>
  fc.oneof(hostileJson(valid), hostileBytes(Buffer.from(JSON.stringify(valid))));

const stored = encodeSafetensors(
  new Map([
    ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['empty', { shape: [0], data: new Float32Array() }],
    ['n', { shape: [2], data: Int32Array.of(1, 2) }],
    ['i', { shape: [], data: BigInt64Array.of(1n) }],
  ]),
  { step: '1' },
);

describe('10,000 damaged files', () => {
  test('3,500 of safetensors', async () => {
    const length = Number(new DataView(stored.buffer).getBigUint64(0, true));
    const header: unknown = JSON.parse(Buffer.from(stored.subarray(8, 8 + length)).toString());
    const data = stored.subarray(8 + length);
    const lied = hostileJson(header).map((text) => {
      const bytes = Buffer.from(text);
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(bytes.length));
      return Buffer.concat([size, bytes, data]);
    });
    const read = (bytes: Uint8Array) => decodeSafetensors(bytes, 'w.safetensors');
    expect(await fuzz(2500, lied, 'w.safetensors', read)).toBeGreaterThan(1000);
    expect(await fuzz(1000, hostileBytes(stored), 'w.safetensors', read)).toBeGreaterThan(500);
  });

  test('1,500 of checkpoints', async () => {
    const place = join(folder, 'checkpoints');
    const extra = { metrics: { 'a/b': null }, random: { x: [1, 2, 3, -4] as const } };
    const manifest = { step: 7, configHash: 'c', ...extra };
    const bias = { shape: [2], data: Float32Array.of(1, 2) };
    await saveCheckpoint(place, manifest, new Map([['bias', bias]]));
    const file = join(place, 'step-00000007.json');
    const valid: unknown = JSON.parse(await readFile(file, 'utf8'));
    const refused = await fuzz(1500, damaged(valid), 'step-00000007', async (content) => {
      await writeFile(file, content);
      return latestCheckpoint(place);
    });
    expect(refused).toBeGreaterThan(700);
  });

  test('1,500 of TensorFlow.js manifests', async () => {
    const entry = { name: 'a', shape: [2], dtype: 'float32' };
    const affine = { dtype: 'uint8', scale: 0.5, min: -1 };
    const weights = [entry, { ...entry, name: 'q', quantization: affine }];
    const valid = { format: 'layers-model', weightsManifest: [{ paths: ['g1', 'g2'], weights }] };
    await writeFile(join(folder, 'g1'), Buffer.alloc(7));
    await writeFile(join(folder, 'g2'), Buffer.alloc(3));
    const refused = await fuzz(1500, damaged(valid), folder, async (content) => {
      await writeFile(join(folder, 'model.json'), content);
      return readTfjsWeights(folder);
    });
    expect(refused).toBeGreaterThan(700);
  });

  test('1,500 of logs, descriptions of runs and generated trees', async () => {
    const record = { step: 1, kind: 'train', values: { total: 0.5, 'loss/a': null } };
    const log = join(folder, 'metrics.jsonl');
    await fuzz(500, damaged(record), log, async (content) => {
      await writeFile(log, Buffer.concat([Buffer.from(content), Buffer.from('\n')]));
      return readMetrics(log);
    });
    const run = {
      ...{ config: profiles.smoke, seed: 1, tasks: ['depth'], select: null },
      ...{ balance: { name: 'equal', options: {} }, data: { name: 'x', fields: ['depth'] } },
    };
    await writeFile(join(folder, 'run.json'), JSON.stringify(run));
    expect(await descriptionIfPresent(folder)).toMatchObject({ seed: 1 });
    await fuzz(500, damaged(run), join(folder, 'run.json'), async (content) => {
      await writeFile(join(folder, 'run.json'), content);
      return descriptionIfPresent(folder);
    });
    const tree: unknown = JSON.parse(await readFile(join(frames, 'street.json'), 'utf8'));
    await fuzz(500, damaged(tree), join(folder, 'street.json'), async (content) => {
      await writeFile(join(folder, 'street.json'), content);
      return readManifest(folder);
    });
  });

  test('1,500 configurations', async () => {
    const file = join(folder, 'config.json');
    const refused = await fuzz(1000, damaged(profiles.smoke), file, async (content) => {
      await writeFile(file, content);
      return configured(profiles.quick, { file, set: [] });
    });
    expect(refused).toBeGreaterThan(400);
    const key = fc.constantFrom(
      ...[
        'training.steps',
        'size',
        'seeds',
        'data',
        'network.encoder',
        'a.__proto__.b',
        '',
        'strips.x',
      ],
    );
    const set = fc.tuple(key, hostileJson(profiles.smoke.network)).map(([k, v]) => `${k}=${v}`);
    await fuzz(500, set, '--set ', async (text) => {
      try {
        await configured(profiles.quick, { set: [text] });
      } catch (error) {
        // What was typed stands in the error as it was typed.
        (error as Error).message = (error as Error).message.replace(text, '…');
        throw error;
      }
    });
  });

  test('500 pictures and cameras of a frame', async () => {
    const root = join(folder, 'tree');
    await cp(frames, root, { recursive: true });
    const dataset: Dataset = await openDataset(root);
    const [id] = dataset.list('train');
    const [city] = id.split('_');
    const each = [
      ['gtFine', 'gtFine_labelIds.png', 'gtFine'],
      ['disparity', 'disparity.png', 'disparity'],
      ['leftImg8bit', 'leftImg8bit.png', 'leftImg8bit'],
      ['camera', 'camera.json', 'camera'],
    ] as const;
    for (const [kind, ending] of each) {
      const file = join(root, kind, 'train', city, `${id}_${ending}`);
      const whole = await readFile(file);
      const files =
        kind === 'camera'
          ? damaged(JSON.parse(whole.toString()))
          : // The signature and the header are 33 bytes, whatever follows.
            fc.oneof(
              hostileBytes(whole),
              hostileBytes(whole.subarray(0, 33)).map((head) =>
                Buffer.concat([head, whole.subarray(33)]),
              ),
            );
      await fuzz(125, files, file, async (content) => {
        await writeFile(file, content);
        await dataset.read(id, 'train', { height: 16, width: 32 });
      });
      await writeFile(file, whole);
    }
  });
});

const frames = fileURLToPath(
  new URL('../../../packages/datasets/test/fixtures/street-32x16', import.meta.url),
);
