/** `@scene-mtl/data/testing`: samples of street scenes from plain arrays, for tests of other packages. */
import {
  cameraField,
  cameraKind,
  classesKind,
  classMap,
  disparityKind,
  disparityMap,
  findField,
  objectMap,
  objectsKind,
  photo,
  photoKind,
  sizeOf,
  type Camera,
  type Centre,
  type Field,
  type Sample,
  type Size,
} from './index.ts';

/** The arrays of a street sample side by side, for tests that look at many of them. */
export interface StreetArrays extends Size {
  readonly id: string;
  readonly image: Uint8Array;
  readonly semantic?: Uint8Array;
  readonly instance?: Uint16Array;
  readonly centres?: ReadonlyMap<number, Centre>;
  readonly disparity?: Float32Array;
  readonly disparityValid?: Uint8Array;
  readonly camera?: Camera;
}

/** A sample of these arrays; the photograph is black unless given. */
export function streetSample(
  arrays: Omit<StreetArrays, 'image'> & { readonly image?: Uint8Array },
): Sample {
  const { id, height, width, semantic, instance, centres, disparity, camera } = arrays;
  const size = { height, width };
  const { image = new Uint8Array(height * width * 3) } = arrays;
  const { disparityValid = new Uint8Array(height * width).fill(1) } = arrays;
  const fields: Record<string, Field> = { image: photo(size, image) };
  if (semantic) fields['semantic'] = classMap(size, semantic);
  if (instance) fields['instance'] = objectMap(size, instance, centres);
  if (disparity) fields['depth'] = disparityMap(size, disparity, disparityValid);
  if (camera) fields['camera'] = cameraField(camera);
  return { id, fields };
}

/** The arrays of a sample. */
export function arraysOf(sample: Sample): StreetArrays {
  const semantic = findField(sample, 'semantic', classesKind);
  const objects = findField(sample, 'instance', objectsKind);
  const depth = findField(sample, 'depth', disparityKind);
  const camera = findField(sample, 'camera', cameraKind);
  return {
    id: sample.id,
    ...sizeOf(sample),
    image: findField(sample, 'image', photoKind)!.data,
    ...(semantic && { semantic: semantic.data }),
    ...(objects && { instance: objects.data }),
    ...(objects?.centres && { centres: objects.centres }),
    ...(depth && { disparity: depth.data, disparityValid: depth.valid }),
    ...(camera && { camera }),
  };
}

export { whileReadOnly } from './testing/read-only.ts';
