/** The images that a scorer takes for one frame. */
export type ImageSide = 'ground truth' | 'prediction' | 'instances';

/** What a scorer throws when one of the images of a frame holds what it must not. */
export class ImageFault extends RangeError {
  /** Which image it is. */
  readonly side: ImageSide;

  constructor(side: ImageSide, message: string) {
    super(message);
    this.name = 'ImageFault';
    this.side = side;
  }
}
