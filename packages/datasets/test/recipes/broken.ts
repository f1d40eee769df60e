import type { BatchOptions } from '../../src/index.ts';

/** A recipe that cannot open its data. */
export default function (problem: string): BatchOptions {
  if (problem === 'exit') process.exit(7);
  throw new Error(problem);
}
