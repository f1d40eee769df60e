/** A step that cannot be captured, with the place in the caller's code and the remedy. */
export class CaptureError extends Error {
  override name = 'CaptureError';
}

const foreign =
  /node_modules[\\/](@tensorflow|onnxruntime)|packages[\\/]runtime[\\/](src|dist)[\\/]|tfjs-[a-z-]+[\\/]src[\\/]|node:internal/;

/** First line of the stack outside TensorFlow.js and this package: `file:line:column`. */
export function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callSite);
  Error.stackTraceLimit = limit;
  const lines = (holder.stack ?? '').split('\n').slice(1);
  const line = lines.find((l) => !foreign.test(l)) ?? lines.at(-1) ?? '';
  return /\(?([^()\s]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? line.trim();
}
