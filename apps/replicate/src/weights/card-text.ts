import { toMarkdown } from '@scene-mtl/eval';
import type { Card, CardMeasurement } from './card.ts';

/** A card in words, as Markdown. */
export function cardText(card: Card): string {
  const { name, data, size, parameters, bytes } = card;
  const facts = [
    ['tasks', card.tasks.join(', ')],
    [
      'data',
      `${data.name}, ${data.frames.train} training and ${data.frames.val} validation frames`,
    ],
    ['pictures', `${size.height}×${size.width} px`],
    ['training', `${card.steps} steps, seed ${card.seed}; the last checkpoint, chosen by nothing`],
    ['numbers', `${parameters} in ${(bytes / 1e6).toFixed(1)} MB`],
    ['commit', card.commit],
  ];
  return [
    `# ${name}`,
    card.about,
    ['```sh', `npm run replicate -- predict --weights ${name} --image street.jpg`, '```'].join(
      '\n',
    ),
    ['|  |  |', '| --- | --- |', ...facts.map(([head, text]) => `| ${head} | ${text} |`)].join(
      '\n',
    ),
    ['Trained by', '', '```sh', card.command, '```'].join('\n'),
    '## Metrics',
    'Of the weights as they are here, rounded to binary16 (float16); `float32` is what the same metric was before, ' +
      '`by rounding` the difference. ' +
      'Intervals are percentile bootstraps over the frames of the split: what another seed of the training would give ' +
      'is not in them.',
    ...card.measured.map((one) => toMarkdown(metricsTable(one)).trim()),
    '## Terms',
    card.terms,
    '## Files',
    '`card.json`: this card for programs. `run.json`: configuration, tasks and classes, from which the network is built. ' +
      '`checkpoints/`: the weights as safetensors, F16. The folder is a run to every command that takes one by `--run`.',
    '',
  ].join('\n\n');
}

function metricsTable({ split, frames, resamples, metrics }: CardMeasurement) {
  return {
    title: `${split}, ${frames} frames`,
    corner: 'metric',
    columns: [
      { name: 'value', decimals: 3 },
      { name: `95 % over frames` },
      { name: 'float32', decimals: 3 },
      { name: 'by rounding', decimals: 4 },
      { name: 'unit' },
    ],
    rows: Object.entries(metrics).map(([header, { value, interval, unrounded, unit }]) => ({
      header,
      cells: [
        value === null ? null : { value },
        interval && interval.map((end) => end.toFixed(3)).join(' … '),
        unrounded === null ? null : { value: unrounded },
        value === null || unrounded === null ? null : { value: value - unrounded },
        unit,
      ],
    })),
    notes: resamples > 0 ? [`${resamples} resamples.`] : [],
  };
}
