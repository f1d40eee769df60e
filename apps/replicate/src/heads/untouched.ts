import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { predictionStep, untouchedTasks } from '@scene-mtl/core';
import { writeAtomically } from '@scene-mtl/data/files';
import type { Dataset } from '@scene-mtl/datasets';
import { json, progressLine, readJsonIfPresent } from '@scene-mtl/lab';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { sampleArrays } from '@scene-mtl/vision-heads';
import { z } from 'zod';
import { normalisationOf, type VisionNetwork } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';
import { runName } from './network-file.ts';
import type { SourceRun } from './source-run.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  from: z.strictObject({ run: z.string(), step: z.number().int(), checksum: z.string() }),
  frames: z.number().int().describe('of the validation split'),
  heads: z.array(
    z.strictObject({
      name: z.string(),
      before: hash.describe('SHA-256 of its outputs for all frames'),
      after: hash,
      frozen: z.boolean().describe('nothing on the way to its output was trained'),
    }),
  ),
});

/** Outputs of the heads of a run before and after one of them was changed: `untouched.json`. */
export type Untouched = z.infer<typeof schema>;

const fileIn = (folder: string): string => join(folder, 'untouched.json');

/** What the folder of a run keeps of the proof. */
export const untouchedIfPresent = (folder: string): Promise<Untouched | undefined> =>
  readJsonIfPresent(fileIn(folder), schema);

/**
 * Compares by hash what each head of a run and of one made from it gives for every validation frame, and
 * keeps that in the new run's folder.
 * @throws naming the heads that should have stayed the same bit by bit and did not
 */
export async function proveUntouched(options: {
  readonly source: SourceRun;
  readonly network: VisionNetwork;
  readonly dataset: Dataset;
  readonly config: Config;
  readonly compile: CompileOptions;
  readonly folder: string;
}): Promise<Untouched> {
  const { source, network, folder, ...whole } = options;
  const before = await outputHashes({ ...whole, network: source.network });
  const after = await outputHashes({ ...whole, network });
  const still = untouchedTasks(network);
  const proof: Untouched = {
    from: {
      run: runName(source.folder),
      step: source.checkpoint.manifest.step,
      checksum: source.checkpoint.manifest.sha256.slice(0, 16),
    },
    frames: options.dataset.list('val').length,
    heads: Object.keys(after)
      .filter((name) => name in before)
      .map((name) => ({
        name,
        before: before[name],
        after: after[name],
        frozen: still.includes(name),
      })),
  };
  await writeAtomically(fileIn(folder), json(proof));
  const moved = proof.heads.filter((head) => head.frozen && head.before !== head.after);
  if (moved.length === 0) return proof;
  const all = moved.map(
    (head) => `${head.name} ${head.before.slice(0, 12)} → ${head.after.slice(0, 12)}`,
  );
  throw new Error(
    `${folder}: outputs of heads that were not to change did: ${all.join(', ')}; the run is not finished ` +
      `(hashes over ${proof.frames} validation frames in ${fileIn(folder)})`,
  );
}

/** The proof in lines. */
export const untouchedLines = ({ heads, frames }: Untouched): string[] =>
  heads.map(({ name, before, after, frozen }) => {
    const [a, b] = [before, after].map((one) => one.slice(0, 16));
    if (before === after) return `${name}: ${a}, the same bits for ${frames} validation frames`;
    return `${name}: ${a} → ${b}${frozen ? '' : ', what it reads or itself was trained'}`;
  });

/** SHA-256 of each head's outputs for all validation frames, in order. */
async function outputHashes(options: {
  readonly network: VisionNetwork;
  readonly dataset: Dataset;
  readonly config: Config;
  readonly compile: CompileOptions;
}): Promise<Record<string, string>> {
  const { network, dataset, config } = options;
  const { size, training } = config;
  const { batchSize } = training;
  const normalisation = normalisationOf(config);
  const ids = dataset.list('val');
  const hashes = new Map<string, Hash>(
    network.heads.map((name) => [name, createHash('sha256')] as const),
  );
  const step = predictionStep(network, batchSize);
  const compiled = await compile(step.run, step.signature, options.compile);
  const line = progressLine();
  try {
    await compiled.push();
    for (let first = 0; first < ids.length; first += batchSize) {
      const group = ids.slice(first, first + batchSize);
      const samples = await Promise.all(group.map((id) => dataset.read(id, 'val', size)));
      const image = new Float32Array(batchSize * size.height * size.width * 3);
      samples.forEach((sample, i) =>
        image.set(sampleArrays(sample, [], normalisation)['image'], (i * image.length) / batchSize),
      );
      const outputs = await compiled.run({ image });
      for (const [name, one] of hashes) {
        const values = outputs[name] as Float32Array;
        // Without what stands in for frames in a last group that is not full.
        const own = values.subarray(0, (values.length / batchSize) * group.length);
        one.update(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
      }
      line.update(() => `outputs of ${first + group.length} of ${ids.length} frames compared`);
    }
  } finally {
    await compiled.dispose();
  }
  return Object.fromEntries([...hashes].map(([name, one]) => [name, one.digest('hex')]));
}
