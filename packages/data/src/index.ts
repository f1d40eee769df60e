/// <reference types="node" preserve="true" />
export {
  annotatedAs,
  annotationsOf,
  type Annotated,
  type Annotation,
  type AnnotationKind,
  type AnnotationOf,
  type ClassLegend,
} from './annotation.ts';
export { centresOf, type Centre } from './centres.ts';
export { addedTo, definitionKind, marked, type DefinitionKind } from './definition.ts';
export { didYouMean } from './did-you-mean.ts';
export { connectedComponents, type Components } from './components.ts';
export { normal, normalPairs, pickIndex, shuffled } from './draws.ts';
export type { Field, FieldKind, MapField } from './field.ts';
export { fromHalf, toHalf } from './half.ts';
export { cameraField, cameraKind, type Camera, type CameraField } from './kinds/camera.ts';
export { classesKind, classMap, VOID, type ClassMap } from './kinds/classes.ts';
export { depthKind, depthMap, type DepthMap } from './kinds/depth.ts';
export { disparityKind, disparityMap, type DisparityMap } from './kinds/disparity.ts';
export { edgeMap, edgesKind, type EdgeMap } from './kinds/edges.ts';
export { labelField, labelKind, type LabelField } from './kinds/label.ts';
export { nearestMap } from './kinds/nearest-map.ts';
export { normalMap, normalsKind, type NormalMap } from './kinds/normals.ts';
export { numbersField, numbersKind, type NumbersField } from './kinds/numbers.ts';
export {
  centresIn,
  objectMap,
  objectsKind,
  visibleCentres,
  type ObjectMap,
} from './kinds/objects.ts';
export { imageOf, photo, photoKind, type Photo } from './kinds/photo.ts';
export { type Pixels } from './pixels/mirror.ts';
export { nearestIndices, resizeNearest } from './pixels/nearest.ts';
export { resizeTriangle, triangleRows, triangleTaps, type Taps } from './pixels/triangle.ts';
export {
  fromState,
  randomSource,
  randomStream,
  stream,
  type Draw,
  type Random,
  type RandomSource,
  type RandomState,
  type StreamKey,
} from './random.ts';
export { defineFieldKind, fieldKind, fieldKinds } from './registry.ts';
export { fieldOf, findField, withFields, type Sample } from './sample.ts';
export { assertPixels, assertSize, MAX_PIXELS, sameSize, type Size, type Window } from './size.ts';
export { cropSample, flipSample, resizeSample, sizeOf } from './transform.ts';
export { shellWords } from './shell-words.ts';
