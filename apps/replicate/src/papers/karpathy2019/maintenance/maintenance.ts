import type { ArmRun } from '@scene-mtl/lab';
import type { SceneExperiment, SceneSpec } from '../../../scenes/kind.ts';
import { runConfig } from '../../../scenes/spec.ts';
import { BASE_TASKS, CHANGES, metricOfChange } from './changes.ts';
import { stories } from './story.ts';
import type { Config } from '../../../config/schema.ts';

const specOf = (config: Config): SceneSpec => ({
  program: stories.name,
  config: runConfig(config),
  tasks: [...BASE_TASKS],
  balance: { name: 'uncertainty', options: {} },
  seed: config.seeds[0],
});

const columns = [
  { name: 'Heads the same bits' },
  { name: 'The gate lets through' },
  { name: 'From kept features', unit: 'G multiply-adds', decimals: 1 },
  { name: 'End to end', unit: 'G multiply-adds', decimals: 1 },
  { name: 'Times as much', decimals: 1 },
  { name: 'Semantic IoU', unit: '%', better: 'higher', decimals: 2 },
  { name: 'Instance error', unit: 'px', better: 'lower', decimals: 2 },
  { name: 'Depth error', unit: 'px', better: 'lower', decimals: 3 },
  { name: 'Edges ODS F', unit: '%', better: 'higher', decimals: 1 },
] as const;

const PRIMARY = ['semantic/iou', 'instance/meanError', 'depth/meanError', 'edges/odsF'];

/** Five changes of a trained network: what each costs, and which heads it leaves the same bits. */
export const maintenance: SceneExperiment = {
  name: 'maintenance',
  title: 'Heads that live for years: five changes of one network',
  program: stories,
  options: () => ({}),
  *stages({ config }) {
    yield [{ label: 'story', spec: specOf(config) } satisfies ArmRun<SceneSpec>];
  },
  show({ config }, results) {
    const metrics = results.summary(specOf(config))?.result.metrics ?? {};
    const of = (slug: string, what: string): number | null =>
      metrics[metricOfChange(slug, what)] ?? null;
    const heads = (slug: string) => PRIMARY.map((metric) => ({ value: of(slug, metric) }));
    const giga = (slug: string, what: string) => {
      const value = of(slug, what);
      return { value: value === null ? null : value / 1e9 };
    };
    const share = (slug: string, what: string): string | null =>
      of(slug, what) === null ? null : `${of(slug, what)} of ${of(slug, 'heads')}`;
    const times = (slug: string) => {
      const [kept, whole] = [of(slug, 'kept'), of(slug, 'end-to-end')];
      return kept === null || whole === null ? null : { value: whole / kept };
    };
    const rows = [
      { header: 'The network', cells: [null, null, null, null, null, ...heads('base')] },
      ...CHANGES.map(({ slug, title }) => ({
        header: title,
        cells: [
          share(slug, 'same'),
          share(slug, 'passes'),
          giga(slug, 'kept'),
          giga(slug, 'end-to-end'),
          times(slug),
          ...heads(slug),
        ],
      })),
    ];
    const notes = [
      'Each change is made on the network that the one before left, in a third of its steps, and is a whole run. Heads the same bits: by SHA-256 of their outputs for all validation frames, among the heads that there were. The gate (heads gate) compares with the network before the change, frame by frame: a task passes when the bad end of the 95 % interval of its drop is at most ε; a new head has nothing to be compared with.',
      'Multiply-adds of training: three passes over what is trained, and once over what is before it for each image and its mirror image, counted anew each time though a trunk that stayed is not computed again; end to end: three passes over the whole network. Seconds of this machine: replicate heads time.',
    ];
    return {
      lead: notes[0],
      figures: [],
      grids: [],
      verdicts: [],
      tables: [
        {
          name: 'maintenance',
          table: { title: 'Five changes', corner: 'Change', columns, rows, notes },
        },
      ],
    };
  },
};
