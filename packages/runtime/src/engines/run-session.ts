import type * as Ort from 'onnxruntime-node';

type Feeds = Readonly<Record<string, Ort.Tensor>>;
type Fetches = Readonly<Record<string, Ort.Tensor | null>>;

/** What a session hands its runs to, which its types call private. */
interface Handler {
  run(feeds: Feeds, fetches: Fetches, options: object): Promise<Record<string, Ort.Tensor>>;
}

/** What goes wrong is an error of the run, not a line on the terminal besides. */
const OPTIONS = { logSeverityLevel: 4 } as const;

/**
 * Runs a session without onnxruntime-common's checks of names and types first, which compare every
 * output's name with every fetch's: a step gives what its own graph asks for.
 * @param fetches every output wanted, null where an array is to be made for it
 */
export function runSession(
  session: Ort.InferenceSession,
  feeds: Feeds,
  fetches: Fetches,
): Promise<Readonly<Record<string, { readonly data: unknown }>>> {
  const { handler } = session as { handler?: Handler };
  return handler ? handler.run(feeds, fetches, OPTIONS) : session.run(feeds, fetches, OPTIONS);
}
