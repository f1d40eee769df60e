import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Places in the caller's code, found without reading the source maps of the libraries between. */

const foreign =
  /node_modules[\\/](@tensorflow|@scene-mtl|onnxruntime)|tfjs-[a-z-]+[\\/]src[\\/]|node:/;

/** This package's own folder, wherever it is installed, as a path and as a URL. */
const own = [new URL('..', import.meta.url)].flatMap((url) => [fileURLToPath(url), url.href]);

/** Whether a call is in the caller's code: in a file, of neither TensorFlow.js nor this package. */
function isCallers(call: NodeJS.CallSite): boolean {
  const file = call.getFileName();
  return (
    Boolean(file) &&
    !foreign.test(file as string) &&
    !own.some((at) => (file as string).startsWith(at))
  );
}

/** The innermost calls under way, at most `limit`, without `below` and what it called; as they are compiled. */
function callsUnderWay(below: () => unknown, limit: number): NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder: { stack?: NodeJS.CallSite[] } = {};
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_, calls) => calls;
    Error.captureStackTrace(holder, below);
    // The stack is made when it is first read.
    return holder.stack ?? [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (own) Object.defineProperty(Error, 'prepareStackTrace', own);
    else Reflect.deleteProperty(Error, 'prepareStackTrace');
  }
}

const known = new Map<string, string>();

/** Calls that most ops are within of the caller's: each more takes time. */
const NEAR = 16;
const FAR = 60;

function callersCall(): NodeJS.CallSite | undefined {
  const near = callsUnderWay(callSite, NEAR).find(isCallers);
  if (near) return near;
  const calls = callsUnderWay(callSite, FAR);
  return calls.find(isCallers) ?? calls.at(-1);
}

/** Innermost call outside TensorFlow.js and this package: `file:line:column` of the source. */
export function callSite(): string {
  const call = callersCall();
  if (!call) return 'an unknown place';
  const key = `${call.getFileName() ?? ''}:${call.getLineNumber()}:${call.getColumnNumber()}`;
  let site = known.get(key);
  if (site === undefined) known.set(key, (site = siteOf(call) ?? key));
  return site;
}

/** The place of a call in its source, by whatever maps sources here; undefined where nothing does. */
function siteOf(call: NodeJS.CallSite): string | undefined {
  if (typeof Error.prepareStackTrace === 'function') {
    const text = String(Error.prepareStackTrace(new Error(), [call]));
    return /\(?([^()\s]+:\d+:\d+)\)?$/.exec(text)?.[1];
  }
  const [line, column] = [call.getLineNumber() ?? 1, call.getColumnNumber() ?? 1];
  const entry = findSourceMap(call.getFileName() ?? '')?.findEntry(line - 1, column - 1);
  if (!entry || !('originalSource' in entry)) return undefined;
  return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
