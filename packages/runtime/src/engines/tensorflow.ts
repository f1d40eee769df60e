import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { commands } from './commands.ts';
import { reasonOf } from './device.ts';

/** The packages that bring TensorFlow's own engine, preferred ones first. */
export const tensorFlowPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** A package found, with its version. */
export interface TensorFlowPackage {
  readonly name: (typeof tensorFlowPackages)[number];
  readonly version: string;
}

/** The TensorFlow packages that are installed, with or without their native part. */
export function installedTensorFlow(): TensorFlowPackage[] {
  const require = createRequire(import.meta.url);
  return tensorFlowPackages.flatMap((name) => {
    try {
      const { version } = require(`${name}/package.json`) as { version: string };
      return [{ name, version }];
    } catch {
      return [];
    }
  });
}

let loading: Promise<TensorFlowPackage> | undefined;

/**
 * Loads `@tensorflow/tfjs-node-gpu`, or `@tensorflow/tfjs-node`, which registers the backend
 * `tensorflow`. The current backend stays as it was.
 * @returns the package that loaded
 * @throws when neither is installed or its native part is missing, with the command to get it
 */
export function loadTensorFlow(): Promise<TensorFlowPackage> {
  loading ??= load();
  // A failure is not kept: the package may be installed meanwhile.
  loading.catch(() => (loading = undefined));
  return loading;
}

async function load(): Promise<TensorFlowPackage> {
  const reasons: string[] = [];
  for (const found of installedTensorFlow()) {
    const before = tf.getBackend();
    try {
      // Not a literal: the package is optional, so its types may be absent.
      const name: string = found.name;
      await import(name);
      if (tf.findBackend('tensorflow')) {
        if (before) await tf.setBackend(before);
        return found;
      }
      reasons.push(`${found.name} brought its own copy of TensorFlow.js; install it at 4.22.0`);
    } catch (error) {
      reasons.push(`${found.name}: ${reasonOf(error)}`);
    }
  }
  const why =
    reasons.length > 0
      ? reasons.join('; ')
      : `none of ${tensorFlowPackages.join(', ')} is installed`;
  throw new Error(
    `compile: engine tensorflow does not start: ${why}. To get it: ${commands.tensorFlow}`,
  );
}
