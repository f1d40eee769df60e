import { pickIndex, randomStream, type Camera, type Size } from '@scene-mtl/data';
import type { Scene } from '../scene/scene.ts';
import { bonnetCovers, paintBonnet } from './bonnet.ts';
import { viewOf } from './camera.ts';
import { contactMap } from './contact.ts';
import { develop } from './lens.ts';
import { instanceValues } from './labels.ts';
import { surfaceNormals } from './normals.ts';
import { rasterise } from './rasterise.ts';
import { shade } from './shade.ts';
import { shadowMap } from './shadow.ts';
import { matched, recorded } from './stereo.ts';
import { textured, type Gaps } from './texture.ts';

/** A rendered frame. All maps come from the same nearest surfaces; classes and objects may be outlined. */
export interface StreetFrame extends Size {
  /** `u8 [H, W, 3]`. */
  readonly image: Uint8Array;
  /** Cityscapes label ids, `u8 [H, W]`. */
  readonly labelIds: Uint8Array;
  /** Cityscapes instance ids, `u16 [H, W]`: `id · 1000 + k`, or `id` for stuff and groups. */
  readonly instanceIds: Uint16Array;
  /** Exact disparity in px at this width, `[H, W]`; 0 for sky and the bonnet. */
  readonly disparity: Float32Array;
  /** What a stereo matcher records in its place: the same, or wrong in the sky. */
  readonly recordedDisparity: Float32Array;
  /** 1 where a stereo matcher would find the disparity, `u8 [H, W]`. */
  readonly disparityValid: Uint8Array;
  readonly camera: Camera;
  /** Unit vectors in the camera's frame, `f32 [H, W, 3]`, 0 for sky and the bonnet; only if asked for. */
  readonly normals?: Float32Array;
}

/** What is rendered besides the photograph and the maps that every frame has. */
export interface RenderOptions {
  readonly gaps?: Gaps;
  /** Surface normals; default false. */
  readonly normals?: boolean;
}

/** Samples per pixel and side: odd, so that one lies on the pixel's centre. */
const SAMPLES = 3;

/**
 * Renders a scene. The photograph averages 3 × 3 samples per pixel; classes, objects and disparity
 * are those of the sample on the pixel's centre.
 */
export function renderFrame(
  scene: Scene,
  size: Size,
  { gaps = 'geometric', normals = false }: RenderOptions = {},
): StreetFrame {
  const { mesh, weather, lens, bonnet, matcher, seed } = scene;
  const camera = scene.cameraAt(size);
  const view = viewOf(camera, size);
  const visibility = rasterise(mesh, view, SAMPLES);
  // Cells about as fine as what a pixel of the middle distance shows.
  const cell = Math.max(0.08, Math.min(0.25, 32 / size.width));
  const lighting = {
    weather,
    shadows: shadowMap(mesh, weather, cell),
    contact: contactMap(scene.footprints),
  };
  const light = shade(visibility, mesh, view, lighting, bonnetCovers(bonnet, size));
  const ego = paintBonnet(light, size, bonnet, weather);
  const image = develop(light, size, lens, randomStream('sensor', seed));

  const pixels = size.height * size.width;
  const instanceIds = instanceValues(scene, visibility, size);
  const labelIds = Uint8Array.from(instanceIds, (v) => (v < 1000 ? v : Math.floor(v / 1000)));
  const isSky = new Uint8Array(pixels);
  const disparity = new Float32Array(pixels);
  const middle = (SAMPLES - 1) / 2;
  const usable = gaps === 'photometric' ? textured(image, size) : new Uint8Array(pixels).fill(1);
  const perInverseDepth = camera.baseline * camera.fx;
  for (let row = 0, i = 0; row < size.height; row++) {
    let sample = (row * SAMPLES + middle) * visibility.width + middle;
    for (let column = 0; column < size.width; column++, i++, sample += SAMPLES) {
      if (ego[i]) {
        usable[i] = 0;
      } else if (visibility.drawn[sample] < 0) {
        isSky[i] = 1;
        // What is recorded there without texture is what the noise is.
        if (matcher.sky.noise !== undefined) usable[i] = 1;
      } else {
        disparity[i] = perInverseDepth * visibility.inverseDepth[sample];
      }
    }
  }
  const patches = pickIndex(randomStream('stereo', seed), 2 ** 31);
  const disparityValid = matched(disparity, usable, size, patches, matcher);
  const recordedDisparity = recorded(disparity, isSky, size, patches, matcher);
  return {
    ...size,
    ...{ image, labelIds, instanceIds, disparity, recordedDisparity, disparityValid, camera },
    ...(normals && { normals: surfaceNormals(visibility, mesh, view, ego) }),
  };
}
