import { callSite } from '../capture/call-site.ts';
import { CaptureError, UnknownNumbers } from '../capture/errors.ts';
import type { GraphNode } from './converter.ts';

/** The error of a node of a graph model that a step cannot have, with the place where the model is run. */
export const refused = ({ name, op }: GraphNode, why: string, cause?: unknown): CaptureError =>
  new CaptureError(
    `compile: the graph model run at ${callSite()}: node '${name}' (${op}): ${why}`,
    cause === undefined ? undefined : { cause },
  );

/** What to do in place of a node whose numbers would have to be known. */
export const CONSTANT =
  'let them be constants that the step closes over, in place of an input, or run model.executeAsync() outside of compile()';

/** Runs `body`; where it asks for numbers that a captured step does not have, the error names the node. */
export function naming<T>(node: GraphNode, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (!(cause instanceof UnknownNumbers)) throw cause;
    throw refused(
      node,
      `numbers that depend on an input of the step decide on a size or a place; ${CONSTANT}`,
      cause,
    );
  }
}
