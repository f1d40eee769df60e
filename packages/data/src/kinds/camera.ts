import type { Field, FieldKind } from '../field.ts';
import { defineFieldKind } from '../registry.ts';

/**
 * Pinhole camera of one image, in the Cityscapes convention (csCalibration.pdf): vehicle frame
 * x forward, y left, z up; image frame u right, v down.
 */
export interface Camera {
  /** Stereo baseline in metres. */
  baseline: number;
  /** Focal lengths in px at the picture's resolution. */
  fx: number;
  fy: number;
  /** Principal point in px at the picture's resolution. */
  u0: number;
  v0: number;
  /** Rotation of the camera in radians; positive pitch looks down. */
  pitch: number;
  roll: number;
  yaw: number;
  /** Position of the camera in the vehicle frame, in metres. */
  x: number;
  y: number;
  z: number;
}

/** A camera as a field. */
export interface CameraField extends Field, Readonly<Camera> {
  readonly kind: 'camera';
}

/**
 * Cameras. In a mirror yaw, roll, the sideways position and u0 turn; a window moves the principal
 * point; a resolution scales the intrinsics.
 */
export const cameraKind: FieldKind<CameraField> = defineFieldKind<CameraField>({
  name: 'camera',
  flip: (camera, { width }) => ({
    ...camera,
    u0: width - 1 - camera.u0,
    yaw: -camera.yaw,
    roll: -camera.roll,
    y: -camera.y,
  }),
  crop: (camera, { top, left }) => ({ ...camera, u0: camera.u0 - left, v0: camera.v0 - top }),
  resize: (camera, from, to) => ({ ...camera, ...scaledIntrinsics(camera, from, to) }),
});

type Intrinsics = Pick<Camera, 'fx' | 'fy' | 'u0' | 'v0'>;
type Sides = { readonly height: number; readonly width: number };

/** Intrinsics at another resolution of the picture. */
function scaledIntrinsics({ fx, fy, u0, v0 }: Intrinsics, from: Sides, to: Sides): Intrinsics {
  const ratio = { rows: to.height / from.height, columns: to.width / from.width };
  return {
    fx: fx * ratio.columns,
    u0: u0 * ratio.columns,
    fy: fy * ratio.rows,
    v0: v0 * ratio.rows,
  };
}

/**
 * A camera as a field.
 * @example
 * ```ts
 * import { cameraField, cameraKind } from '@scene-mtl/data';
 * const at = { pitch: 0, roll: 0, yaw: 0.1, x: 1.5, y: 0.25, z: 1.25 };
 * const camera = cameraField({ baseline: 0.2, fx: 100, fy: 100, u0: 60, v0: 30, ...at });
 * const { u0, yaw, y } = cameraKind.flip(camera, { height: 64, width: 128 });
 * [u0, yaw, y]; // → [67, -0.10, -0.25]
 * ```
 */
export const cameraField = (camera: Readonly<Camera>): CameraField => ({
  kind: 'camera',
  ...camera,
});
