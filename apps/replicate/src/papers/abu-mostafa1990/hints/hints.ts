import { studiesExperiment } from '../../../numbers/studies/experiment.ts';
import program from './program.ts';
import { studies } from './studies.ts';

/** Learning from hints: virtual examples without labels, their value over the examples there are, schedules, false ones. */
export const hints = studiesExperiment({
  name: 'hints',
  title: 'Learning from hints: virtual examples without labels',
  program,
  lead: 'A hint is something that is known of a function besides its examples. It is learned from virtual examples, which need no label. Dense networks of 16 hidden units on made numbers, each seed with examples of its own.',
  studies,
  flag: 'study',
});
