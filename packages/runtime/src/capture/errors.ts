/** A step that cannot be captured, with the place in the caller's code and the remedy. */
export class CaptureError extends Error {
  override name = 'CaptureError';
}
