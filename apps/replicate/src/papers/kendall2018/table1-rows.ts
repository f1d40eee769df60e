import type { Quantity } from '@scene-mtl/lab';
import { quantityNamed } from '../../scenes/quantities.ts';

/** In the order of the columns. */
export const taskNames: readonly string[] = ['semantic', 'instance', 'depth'];

/** The metrics of Table 1's columns. */
export const metrics = [
  'semantic/iou',
  'instance/meanError',
  'instance/rms',
  'depth/meanError',
  'depth/rms',
] as const;

/** What the paper's tables compare: for each task what Table 1 prints, and its RMS. */
export const quantities: readonly Quantity[] = metrics.map(quantityNamed);

/** How a row weighs its tasks. */
export type RowWeighting =
  | { readonly kind: 'fixed'; readonly weights: Readonly<Partial<Record<string, number>>> }
  | { readonly kind: 'uncertainty' }
  /** Another method of balancing. */
  | { readonly kind: 'balancer'; readonly name: string };

/** One row of Table 1 of Kendall et al. 2018. */
export interface Table1Row {
  /** Folder of the row's runs. */
  readonly slug: string;
  readonly title: string;
  readonly tasks: readonly string[];
  readonly weighting: RowWeighting;
  /** What the paper prints: IoU in %, instance and inverse-depth mean error in px. */
  readonly published: Readonly<Partial<Record<string, number>>>;
}

const all: readonly string[] = ['semantic', 'instance', 'depth'];

const single = (task: string, title: string, value: number): Table1Row => ({
  slug: `${task}-only`,
  title,
  tasks: [task],
  weighting: { kind: 'fixed', weights: { [task]: 1 } },
  published: { [task]: value },
});

/** A row whose name says its tasks, where they are not all. */
const learned = (tasks: readonly string[], published: Table1Row['published']): Table1Row => ({
  slug: `uncertainty-${tasks.join('-')}`,
  title:
    `Uncertainty weighting, ${tasks.length} tasks` +
    (tasks.length < all.length ? `: ${tasks.join(' + ')}` : ''),
  tasks,
  weighting: { kind: 'uncertainty' },
  published,
});

/**
 * Table 1: Tiny CityScapes validation set, 128×256, 50 000 iterations. The numbers are the paper's
 * (CVPR 2018 and arXiv v3 agree on them).
 */
export const table1Rows: readonly Table1Row[] = [
  single('semantic', 'Semantic segmentation only', 59.4),
  single('instance', 'Instance segmentation only', 4.61),
  single('depth', 'Inverse depth only', 0.64),
  {
    slug: 'equal-weights',
    title: 'Unweighted sum of losses',
    tasks: all,
    weighting: { kind: 'fixed', weights: { semantic: 0.333, instance: 0.333, depth: 0.333 } },
    published: { semantic: 50.1, instance: 3.79, depth: 0.592 },
  },
  {
    slug: 'optimal-weights',
    title: 'Approximately optimal weights',
    tasks: all,
    weighting: { kind: 'fixed', weights: { semantic: 0.89, instance: 0.01, depth: 0.1 } },
    published: { semantic: 62.8, instance: 3.61, depth: 0.549 },
  },
  learned(['semantic', 'instance'], {
    semantic: 61.0,
    instance: 3.42,
  }),
  learned(['semantic', 'depth'], {
    semantic: 62.7,
    depth: 0.533,
  }),
  learned(['instance', 'depth'], {
    instance: 3.54,
    depth: 0.539,
  }),
  learned(all, { semantic: 63.4, instance: 3.5, depth: 0.522 }),
];

/** Source line of the published numbers. */
export const table1Source =
  'Kendall, Gal & Cipolla 2018, Table 1: CityScapes validation set at 128×256 (ResNet-101, 50,000 iterations)';
