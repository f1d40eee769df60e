/**
 * Pinhole camera of one image, in the Cityscapes convention (csCalibration.pdf): vehicle frame
 * x forward, y left, z up; image frame u right, v down.
 */
export interface Camera {
  /** Stereo baseline in metres. */
  baseline: number;
  /** Focal lengths in px at this sample's resolution. */
  fx: number;
  fy: number;
  /** Principal point in px at this sample's resolution. */
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

/** Centre of an object in px of the sample's grid: pixel (row, column) has its centre at integers. */
export interface Centre {
  row: number;
  column: number;
}

/**
 * What a dataset gives for one image: plain typed arrays, row-major, no tensors.
 *
 * A dataset without some annotation leaves that field out; it never fills in zeros.
 */
export interface Sample {
  /** Name of the frame, unique in its dataset (Cityscapes: `city_seq_frame`). */
  readonly id: string;
  readonly height: number;
  readonly width: number;
  /** RGB, `u8 [H, W, 3]`. */
  readonly image: Uint8Array;
  /** Training class per pixel, `u8 [H, W]`, `0 … classes − 1`; 255 is void and never counts. */
  readonly semantic?: Uint8Array;
  /**
   * Object per pixel, `u16 [H, W]`; 0 means no single object (stuff, void, group). Equal non-zero
   * values are the same object. A Cityscapes tree keeps its official value `id · 1000 + k`.
   */
  readonly instance?: Uint16Array;
  /**
   * Centre of each object of `instance`. Absent: the mean pixel of its visible mask. A crop keeps
   * the centre of the whole object here, so a centre may lie outside the grid.
   */
  readonly centres?: ReadonlyMap<number, Centre>;
  /** Disparity `f32 [H, W]` in px at this sample's width (scaled along with it). */
  readonly disparity?: Float32Array;
  /** 1 where `disparity` is known, `u8 [H, W]`. Present whenever `disparity` is. */
  readonly disparityValid?: Uint8Array;
  readonly camera?: Camera;
  /**
   * Single numbers by name, for what is no map of the grid: the two digits of MultiMNIST, the input
   * and the targets of a toy regression.
   */
  readonly values?: Readonly<Record<string, number>>;
}

/** Value of a void pixel in `Sample.semantic`. */
export const VOID = 255;
