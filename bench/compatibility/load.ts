import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import type { ListedModel } from './models.ts';
import { folderOf } from './packages.ts';
import type { Inputs, Program, Subject, Values } from './subject.ts';

/** What lies in a `model.json`. */
interface ModelFile extends Omit<tf.io.ModelJSON, 'modelTopology'> {
  readonly modelTopology: { readonly node?: unknown };
}

/** What a model says of an input; sizes that it leaves open are −1 or null. */
interface InputInfo {
  readonly name: string;
  readonly shape?: readonly (number | null)[];
  readonly dtype: Inputs[string]['dtype'];
}

/** A model of a package as a subject: one pass over random numbers. */
export function subjectOf(model: ListedModel): Subject {
  const { id, from } = model;
  return { id, from, steps: 1, build: () => load(model), values: randomValues };
}

async function load({ from, path, sizes = {}, settings = {} }: ListedModel): Promise<Program> {
  const file = join(folderOf(from), path);
  const description = (await contentOf(file)) as ModelFile;
  const handler = { load: () => artifactsOf(description, file) };
  const isGraph = description.modelTopology.node !== undefined;
  const model = isGraph ? await tf.loadGraphModel(handler) : await tf.loadLayersModel(handler);
  const inputs: Record<string, Inputs[string]> = {};
  for (const { name, shape, dtype } of model.inputs as readonly InputInfo[]) {
    if (Object.hasOwn(settings, name)) continue;
    inputs[name] = {
      shape: (sizes[name] ?? sizes['*'] ?? shape ?? []).map((size) => Math.abs(size ?? 1)),
      dtype,
    };
  }
  if (model instanceof tf.GraphModel) {
    const set = (tensors: Record<string, tf.Tensor>) => ({
      ...tensors,
      ...Object.fromEntries(Object.entries(settings).map(([name, x]) => [name, tf.scalar(x)])),
    });
    return {
      inputs,
      step: (tensors) => named(model.execute(set(tensors))),
      asyncStep: async (tensors) => named(await model.executeAsync(set(tensors))),
    };
  }
  return { inputs, step: (tensors) => named(model.predict(Object.values(tensors))) };
}

const named = (outputs: tf.Tensor | readonly tf.Tensor[] | tf.NamedTensorMap) =>
  outputs instanceof tf.Tensor
    ? { output0: outputs }
    : Object.fromEntries(
        Object.values<tf.Tensor>(outputs as never).map((output, i) => [`output${i}`, output]),
      );

/** A file of a model: JSON, bytes, or a script that exports JSON or bytes as base64. */
async function contentOf(file: string): Promise<unknown> {
  if (file.endsWith('.js')) {
    return ((await import(pathToFileURL(file).href)) as { default: unknown }).default;
  }
  const bytes = await readFile(file);
  return file.endsWith('.json') ? JSON.parse(bytes.toString('utf8')) : bytes;
}

/** What TensorFlow.js loads: the description, and the bytes of all weights in one piece. */
async function artifactsOf(model: ModelFile, file: string): Promise<tf.io.ModelArtifacts> {
  const { weightsManifest, ...rest } = model;
  const shards = weightsManifest.flatMap(({ paths }) => paths);
  const parts = await Promise.all(
    shards.map(async (shard) => {
      const path = join(dirname(file), shard);
      const content = await contentOf(file.endsWith('.js') ? `${path}.min.js` : path);
      return typeof content === 'string' ? Buffer.from(content, 'base64') : (content as Buffer);
    }),
  );
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return {
    ...rest,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: all.buffer,
  };
}

/** Numbers in [0, 1) for floats, whole ones in [0, 256) for int32, coins for bools, a line of code for strings. */
export function randomValues(inputs: Inputs, step: number): Values {
  const random = stream(1, 'compatibility', step);
  const of = ({ shape, dtype }: Inputs[string]): Values[string] => {
    const length = shape.reduce((a, b) => a * b, 1);
    if (dtype === 'string') return new Array<string>(length).fill('print("hello")');
    if (dtype === 'int32') return Int32Array.from({ length }, () => random.integer(256));
    if (dtype === 'bool') return Uint8Array.from({ length }, () => random.integer(2));
    return Float32Array.from({ length }, () => random.next());
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, of(input)]));
}
