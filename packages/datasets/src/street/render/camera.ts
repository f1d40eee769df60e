import type { Camera, Size } from '@scene-mtl/data';

/** A camera ready to project: world metres (x forward, y left, z up) to px, and rays back. */
export interface View {
  readonly camera: Camera;
  readonly size: Size;
  /** Rows: forward, left and up axis of the camera in world coordinates. `[3, 3]`. */
  readonly axes: Float64Array;
}

/**
 * The Cityscapes rotation (csCalibration.pdf): R = Rz(yaw) Ry(pitch) Rx(roll), whose columns are the
 * camera's axes in the vehicle frame. The camera stands at (0, 0, z) of the world here.
 */
export function viewOf(camera: Camera, size: Size): View {
  const [cy, sy] = [Math.cos(camera.yaw), Math.sin(camera.yaw)];
  const [cp, sp] = [Math.cos(camera.pitch), Math.sin(camera.pitch)];
  const [cr, sr] = [Math.cos(camera.roll), Math.sin(camera.roll)];
  const axes = Float64Array.of(
    cy * cp,
    sy * cp,
    -sp,
    cy * sp * sr - sy * cr,
    sy * sp * sr + cy * cr,
    cp * sr,
    cy * sp * cr + sy * sr,
    sy * sp * cr - cy * sr,
    cp * cr,
  );
  return { camera, size, axes };
}

/** A rig of Cityscapes at 1024 × 2048 (a published camera file). */
export const RIG: Camera = {
  baseline: 0.209313,
  fx: 2262.52,
  fy: 2265.3017905988554,
  u0: 1096.98,
  v0: 513.137,
  pitch: 0.038,
  roll: 0,
  yaw: -0.0195,
  x: 1.7,
  y: 0.1,
  z: 1.22,
};

/** Cityscapes' other rig: a wider baseline, lower, and turned down further (a published camera file). */
export const SECOND_RIG: Camera = {
  baseline: 0.222126,
  fx: 2268.36,
  fy: 2225.5405988775956,
  u0: 1048.64,
  v0: 519.277,
  pitch: 0.05,
  roll: 0,
  yaw: 0.007,
  x: 1.7,
  y: -0.1,
  z: 1.18,
};

/** The rig's intrinsics at another size of the image (fx, u0 by the width; fy, v0 by the height). */
export function rigAt(size: Size, rig: Camera = RIG): Camera {
  const sx = size.width / 2048;
  const sy = size.height / 1024;
  return { ...rig, fx: rig.fx * sx, u0: rig.u0 * sx, fy: rig.fy * sy, v0: rig.v0 * sy };
}
