/** Size of an image in px. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A rectangle of an image, px. */
export interface Window extends Size {
  readonly top: number;
  readonly left: number;
}
