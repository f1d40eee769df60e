import { studiesExperiment } from '../../../numbers/studies/experiment.ts';
import { mechanisms } from './mechanisms.ts';
import program from './program.ts';

/** The five reasons of Ruder 2017, section 4, why multi-task learning works, each with a dose and controls. */
export const why = studiesExperiment({
  name: 'why',
  title: 'Why multi-task learning works: five mechanisms',
  program,
  lead: 'Dense networks on made numbers, each seed with examples of its own. A control is an arm without the thing that the effect is said to come from; its verdict says whether the effect goes with it.',
  studies: mechanisms,
  flag: 'mechanism',
});
