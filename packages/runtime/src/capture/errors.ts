/** A step that cannot be captured, with the place in the caller's code and the remedy. */
export class CaptureError extends Error {
  override name = 'CaptureError';
}

/** A number is asked for that is known only when the step runs. */
export class UnknownNumbers extends CaptureError {}
