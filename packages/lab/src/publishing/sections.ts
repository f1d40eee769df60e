import type { Artefacts } from '../experiment/artefacts.ts';
import { slugOf, type ExperimentResults, type ResultsGroup } from './group.ts';

/** An experiment as one group made it. */
export interface SectionPart {
  readonly group: ResultsGroup;
  readonly experiment: ExperimentResults;
  readonly artefacts: Artefacts;
}

/** An experiment with what every group made of it, best evidence first. */
export interface ResultsSection {
  readonly name: string;
  readonly title: string;
  readonly parts: readonly SectionPart[];
}

/** The experiments that at least one group has run, in the order of the groups' lists. */
export const sectionsOf = (groups: readonly ResultsGroup[]): ResultsSection[] =>
  experimentNames(groups).flatMap((name) => {
    const parts = groups.flatMap((group) =>
      group.experiments.flatMap((experiment) =>
        experiment.name === name && experiment.artefacts
          ? [{ group, experiment, artefacts: experiment.artefacts }]
          : [],
      ),
    );
    return parts.length > 0
      ? [{ name: slugOf(name), title: parts[0].experiment.title, parts }]
      : [];
  });

/** Of the groups that have run an experiment the one that ran it with most seeds, whose verdicts can tell most. */
export const mostSeeds = ({ parts }: ResultsSection): SectionPart =>
  parts.reduce((best, part) => (part.experiment.seeds > best.experiment.seeds ? part : best));

/** Names of all experiments; what one group alone has keeps its place behind its neighbour there. */
export function experimentNames(groups: readonly ResultsGroup[]): string[] {
  const names: string[] = [];
  for (const { experiments } of groups) {
    let next = 0;
    for (const { name } of experiments) {
      if (!names.includes(name)) names.splice(next, 0, name);
      next = names.indexOf(name) + 1;
    }
  }
  return names;
}
