import type { ResultsTexts } from '@scene-mtl/lab';
import { INVOCATION } from '../config/invocation.ts';

/** What pages of results say besides results. */
export const texts: ResultsTexts = {
  subject:
    'Kendall, Gal & Cipolla 2018, “Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics”, table by table and figure by figure.',
  asked: [
    'One network learns semantic classes, vectors to the centres of objects, and inverse depth; the paper weighs their losses by a learned noise for each task, and claims that this beats single-task networks, equal weights and weights found by search. Every claim is judged by rules in the code on what was trained here, with seeds and intervals; a claim that could not be judged says so. Below these stand claims of others about why tasks help each other, judged in the same way.',
  ],
  remarks: [
    {
      heading: 'What was easy',
      points: [
        'Learned weights need no search and no care: one setting trains every row, no weight falls to 0, and σ² stays where the loss has its stationary point ([figure 7](results/figure7.md), [ablations](results/ablations.md)).',
        'That weights matter shows at once: equal ones cost the classes several points of IoU ([Table 1](results/table1.md)).',
        'σ² tells how noisy labels are, where the noise is known because we made it ([ablations](results/ablations.md)).',
      ],
    },
    {
      heading: 'What was hard',
      points: [
        'To say that three tasks beat one in every task. For the classes of these scenes the difference is smaller than what seeds differ by; a verdict says how many would settle it ([claims](results/claims.md)). Where only few frames have labels there is more to see ([scenes](results/scenes.md)).',
        'To say what it depends on. After ten times the steps, in which the same 600 frames are seen 80 times, three tasks have the classes 2.8 points of IoU better than alone (1.8 … 3.8) and inverse depth 0.011 px (0.009 … 0.013), over three seeds; with ten times the frames as well three seeds do not tell whether the classes keep that lead (−2.0 points, −7.2 … 3.3), and both are far better ([Table 1](results/table1.md)).',
        'Figure 6: with the printed rate and loss σ² cannot move as fast as drawn ([errata](docs/errata.md)).',
        'Final weights of 43 : 0.16 : 1 hold for the units, classes and losses of that one data set; a ratio of others is neither for nor against them ([figure 7](results/figure7.md)).',
        'Objects: the parameters of OPTICS are not printed, and at small sizes few objects are large enough for AP to tell anything ([figure 3](results/figure3.md), [Table 2](results/table2.md)).',
        'What the paper says twice, and what it leaves open, took a list of its own ([paper](docs/paper.md)).',
      ],
    },
    {
      heading: 'What we would tell the authors',
      points: [
        'The sum of learned weights is free, that of the grid in figure 2 is 1. So learned weights bring a learning rate of their own to the comparison; scaled to the same sum they beat the best fixed weights in none of three pairs ([figure 2](results/figure2.md)). Compare both.',
        'Use the exact softmax likelihood: the approximation of equation 10 gains nothing, and over ten seeds it costs the classes 1.8 points of IoU (0.8 … 2.8; `ablations --rows uncertainty,uncertainty-exact` with the seeds 1 to 10, after `restore results/quick`; five seeds have all rows: [ablations](results/ablations.md)).',
        'Print seeds and intervals: differences as small as those between rows of Table 1 take more seeds than one.',
        'Show the single task where it sees as many labels, and the same network with the other labels shuffled: only the difference to that is transfer ([scenes](results/scenes.md)).',
        'Six slips in print are listed with their arithmetic ([errata](docs/errata.md)).',
      ],
    },
  ],
  howToRead: [
    'Groups of results are never mixed: a heading says profile, data set, size in px, steps and seeds (not every experiment of a group has all of them), and everything below it was made with just that. The largest profile comes first; a short run says nothing about a long one.',
    'Verdicts come from the numbers by rules in the code: intervals over seeds by Student’s t, and two one-sided t tests against the smallest difference δ that would matter (0.5 points of a percentage, 0.1 points of AP, 2 % of an error, unless a claim says otherwise). “No difference larger than δ” is what these tests show, not what they fail to show. A claim to be better in all of several comparisons falls with any that is no better by what would matter, so certain that one of all of them (docs/results.md). ‡ marks a verdict that would not stand among all of its group. “Cannot tell” is a verdict: too few seeds, or an interval that holds both answers. So is “not measurable”: no number of seeds would tell, since this data, at this size, has not what the claim is about. A claim whose runs a group does not have is not judged: it stands in the list of what was not run.',
    'Values are means over seeds, ± one sample standard deviation; without ± there was one seed. Bold is the best of a column whose values print differently, whether or not the difference means anything.',
    'A dash marks what was not run, or what the data set has no annotation for; rows and tables of nothing but dashes are left out, and named.',
    '† marks numbers printed in the paper: Cityscapes, another network, another length of training. They are shown for the shape of a table and never take part in a comparison.',
    'Metrics are over the whole validation split at the last checkpoint, at the size of the run: px at one size are not px at another. A table of the test split says so in its title.',
  ],
  notRunLead:
    'Claims whose runs a group does not have, by the experiment that makes them; its name in place of EXPERIMENT gives the command.',
  program: INVOCATION,
  main: 'table1',
};
