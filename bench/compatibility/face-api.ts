import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { randomValues } from './load.ts';
import { folderOf } from './packages.ts';
import type { Program, Subject } from './subject.ts';

/** Networks that are code: @vladmandic/face-api builds them of TensorFlow.js' ops and ships their weights. */

const FROM = '@vladmandic/face-api@1.7.15';

interface Network {
  loadFromWeightMap(weights: tf.NamedTensorMap): void;
  forwardInput(input: unknown, size?: number): unknown;
}

type Library = Readonly<Record<string, new (...args: unknown[]) => Network>>;

/** Class of the network, name of its weights, side of its images. */
const table = [
  ['AgeGenderNet', 'age_gender_model', 112],
  ['FaceExpressionNet', 'face_expression_model', 112],
  ['FaceLandmark68Net', 'face_landmark_68_model', 112],
  ['FaceLandmark68TinyNet', 'face_landmark_68_tiny_model', 112],
  ['FaceRecognitionNet', 'face_recognition_model', 150],
  ['SsdMobilenetv1', 'ssd_mobilenetv1_model', 256],
  ['TinyFaceDetector', 'tiny_face_detector_model', 224],
] as const;

/** The networks as subjects: one pass over an image of random numbers. */
export const faceApi: readonly Subject[] = table.map(([network, weights, side]) => ({
  id: `face-api ${network}`,
  from: FROM,
  steps: 1,
  build: () => load(network, weights, side),
  values: randomValues,
}));

async function load(name: string, weights: string, side: number): Promise<Program> {
  const script = pathToFileURL(join(folderOf(FROM), 'dist/face-api.node-wasm.js')).href;
  // A CommonJS module that says that it is one of ES.
  const module = (await import(script)) as Library & { readonly default?: Library };
  const library = module.default ?? module;
  const file = (suffix: string) => readFile(join(folderOf(FROM), 'model', `${weights}${suffix}`));
  const manifest = JSON.parse(
    (await file('-weights_manifest.json')).toString('utf8'),
  ) as tf.io.WeightsManifestConfig;
  const bytes = Uint8Array.from(await file('.bin'));
  const network = new library[name]();
  const specs = manifest.flatMap((group) => group.weights);
  network.loadFromWeightMap(tf.io.decodeWeights(bytes.buffer, specs));
  return {
    inputs: { image: { shape: [1, side, side, 3], dtype: 'float32' } },
    step: ({ image }) => flat(network.forwardInput(new library['NetInput']([image]), side)),
  };
}

/** The tensors in what a network gives, by number. */
function flat(found: unknown): Record<string, tf.Tensor> {
  const tensors: tf.Tensor[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof tf.Tensor) tensors.push(value as tf.Tensor);
    else Object.values(value as object).forEach(walk);
  };
  walk(found);
  return Object.fromEntries(tensors.map((tensor, i) => [`output${i}`, tensor]));
}
