import type { Camera, Sample } from '@scene-mtl/core/samples';
import type { Transform } from '../batches.ts';
import { withProbability } from './compose.ts';

type Pixels = Uint8Array | Uint16Array | Float32Array;

/** Flips with probability p (default ½): see `flipped`. */
export function horizontalFlip(p = 0.5): Transform {
  return withProbability(p, flipped);
}

/**
 * The sample as seen in a mirror: column c goes to W − 1 − c in every map and centre. Disparity keeps
 * its values (the depth of a mirrored scene); the camera's yaw, roll, sideways position and u0 turn.
 */
export function flipped(sample: Sample): Sample {
  const { width, semantic, instance, disparity, disparityValid, centres, camera } = sample;
  return {
    ...sample,
    image: mirrored(sample.image, width, 3),
    ...(semantic && { semantic: mirrored(semantic, width) }),
    ...(instance && { instance: mirrored(instance, width) }),
    ...(disparity && { disparity: mirrored(disparity, width) }),
    ...(disparityValid && { disparityValid: mirrored(disparityValid, width) }),
    ...(centres && {
      centres: new Map(
        Array.from(centres, ([value, { row, column }]) => [
          value,
          { row, column: width - 1 - column },
        ]),
      ),
    }),
    ...(camera && { camera: mirroredCamera(camera, width) }),
  };
}

function mirrored<Data extends Pixels>(data: Data, width: number, channels: 1 | 3 = 1): Data {
  const result = data.slice() as Data;
  const row = width * channels;
  for (let start = 0; start < data.length; start += row) {
    const line = result.subarray(start, start + row).reverse();
    if (channels === 1) continue;
    // Reversed whole, each pixel reads B, G, R: its ends change places again.
    for (let c = 0; c < row; c += 3) {
      const end = line[c];
      line[c] = line[c + 2];
      line[c + 2] = end;
    }
  }
  return result;
}

function mirroredCamera(camera: Camera, width: number): Camera {
  const { u0, yaw, roll, y } = camera;
  return { ...camera, u0: width - 1 - u0, yaw: -yaw, roll: -roll, y: -y };
}
