import type { ResultsTexts } from '@scene-mtl/lab';

/** What pages of results say besides results. */
export const texts: ResultsTexts = {
  subject:
    'Kendall, Gal & Cipolla 2018, “Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics”, table by table and figure by figure.',
  asked: [
    'One network learns semantic classes, vectors to the centres of objects, and inverse depth; the paper weighs their losses by a learned noise for each task, and claims that this beats single-task networks, equal weights and weights found by search. Every claim below is judged by rules in the code on what was trained here, with seeds and intervals; a claim that could not be judged says so.',
  ],
  howToRead: [
    'Groups of results are never mixed: a heading says profile, data set, size in px, steps and seeds, and everything below it was made with just that. The largest profile comes first; a short run says nothing about a long one.',
    'Verdicts come from the numbers by rules in the code: intervals over seeds by Student’s t, and two one-sided t tests against the smallest difference δ that would matter (0.5 points of a percentage, 0.1 points of AP, 2 % of an error, unless a claim says otherwise). “No difference larger than δ” is what these tests show, not what they fail to show. “Cannot tell” is a verdict: too few seeds, an interval that holds both answers, or nothing that could be measured. A claim whose runs a group does not have is not judged: it stands in the list of what was not run.',
    'Values are means over seeds, ± one sample standard deviation; without ± there was one seed. Bold is the best of a column whose values print differently, whether or not the difference means anything.',
    'A dash marks what was not run, or what the data set has no annotation for.',
    '† marks numbers printed in the paper: Cityscapes, another network, another length of training. They are shown for the shape of a table and never take part in a comparison.',
    'Metrics are over the whole validation split at the last checkpoint, at the size of the run: px at one size are not px at another. A table of the test split says so in its title.',
  ],
  notRunLead:
    'Claims whose runs a group does not have, by the experiment that makes them; its name in place of EXPERIMENT gives the command.',
  program: 'npm run replicate --',
  main: 'table1',
};
