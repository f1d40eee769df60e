import type { Experiment } from '@scene-mtl/lab';
import { contents } from './contents.ts';

const loaded: Experiment[] = [];
// One after the other: what they share is evaluated in the same order every time.
for (const { load } of contents) loaded.push(await load());

/** Every experiment that is a command, paper by paper, loaded. */
export const experiments: readonly Experiment[] = loaded;
