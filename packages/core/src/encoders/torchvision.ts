import type * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { encoderPart, loadWeights } from './load-weights.ts';

const leaves: Readonly<Record<string, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/**
 * Name in torchvision's state dict of a weight of `resNet` or of its classifier:
 * `encoder/stage2/block1/shortcut/bn/gamma` is `layer2.0.downsample.1.weight`, and so it is in every copy of the
 * encoder that an architecture has: `depth/encoder/…`, `expert2/…`. `undefined` for any other weight (a decoder's,
 * ASPP's).
 */
export function torchvisionName(weight: string): string | undefined {
  const leaf = leaves[weight.slice(weight.lastIndexOf('/') + 1)];
  const path = weight.slice(0, weight.lastIndexOf('/'));
  if (path === 'classifier') return `fc.${leaf}`;
  const part = encoderPart(path) ?? '';
  const stem = /^stem\/(conv|bn)$/.exec(part);
  if (stem) return `${stem[1]}1.${leaf}`;
  const block = /^stage(\d)\/block(\d+)\/([1-3]|shortcut)\/(conv|bn)$/.exec(part);
  if (!block) return undefined;
  const [, stage, index, place, kind] = block;
  const module = place === 'shortcut' ? `downsample.${kind === 'conv' ? 0 : 1}` : `${kind}${place}`;
  return `layer${stage}.${Number(index) - 1}.${module}.${leaf}`;
}

/**
 * Loads a ResNet's weights from torchvision's state dict, saved by `safetensors.torch.save_file`
 * and read by `decodeSafetensors`. Kernels turn from `[Cout, Cin, kh, kw]` to `[kh, kw, Cin, Cout]`.
 * Expects images normalised by `imageNetNormalisation`.
 * @returns names of the weights that were loaded
 */
export const loadTorchvision = (
  model: tf.LayersModel,
  tensors: ReadonlyMap<string, StoredTensor>,
): string[] => loadWeights(model, tensors, torchvisionName, fromTorchLayout);

/** `[Cout, Cin, kh, kw]` → `[kh, kw, Cin, Cout]`, `[out, in]` → `[in, out]`; others as they are. */
function fromTorchLayout(stored: StoredTensor): StoredTensor {
  const { shape } = stored;
  const data = stored.data as Float32Array;
  if (shape.length !== 4 && shape.length !== 2) return stored;
  const [cout, cin, kh = 1, kw = 1] = shape;
  const taps = kh * kw;
  const turned = new Float32Array(data.length);
  for (let o = 0, from = 0; o < cout; o++) {
    for (let i = 0; i < cin; i++) {
      for (let t = 0; t < taps; t++) turned[(t * cin + i) * cout + o] = data[from++];
    }
  }
  return { shape: shape.length === 4 ? [kh, kw, cin, cout] : [cin, cout], data: turned };
}
