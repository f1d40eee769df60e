import type { Experiment } from '@scene-mtl/lab';
import { contents, main } from './contents.ts';
import type { Entry } from './entry.ts';

const loaded: Experiment[] = [];
// One after the other: what they share is evaluated in the same order every time.
for (const { load } of contents) loaded.push(await load());

/** Every experiment that is a command, paper by paper, loaded. */
export const experiments: readonly Experiment[] = loaded;

/** Those that `all` makes. */
export const mainExperiments: readonly Experiment[] = loaded.slice(0, main.entries.length);

/** The experiment of an entry of the contents. */
export const experimentOf = (entry: Entry): Experiment => loaded[contents.indexOf(entry)];
