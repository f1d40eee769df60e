import type { Table, TableRow } from '@scene-mtl/eval';
import { measuredCell } from '@scene-mtl/lab';
import { encoderText } from '../../../config/encoder-text.ts';
import type { SceneArm, SceneContext, SceneData, SceneResults } from '../../../scenes/kind.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import type { Table1Row } from '../table1-rows.ts';
import { camvidPublished, camvidSize } from './camvid-published.ts';
import { testScores, type TestScores } from './test-scores.ts';

/** A row of Table 1 with its arm, where the data can make it. */
interface BenchmarkRow {
  readonly row: Table1Row;
  readonly arm: SceneArm | undefined;
}

type Benchmark = Pick<SceneData, 'name' | 'withoutTest' | 'annotations'>;

/** CamVid is the one data set with a test split whose labels are public; another split of it may have none. */
const isBenchmark = ({ name, withoutTest, annotations }: Benchmark): boolean =>
  name === 'camvid' && annotations === undefined && withoutTest !== true;

/** What to measure on the runs of Table 1, besides the validation split. */
export const benchmarkMeasurements = (data: Benchmark): readonly SceneMeasurement[] | undefined =>
  isBenchmark(data) ? [testScores] : undefined;

/** The test split beside published networks, and class by class; none on data without a test split. */
export function benchmarkTables(
  context: SceneContext,
  results: SceneResults,
  rows: readonly BenchmarkRow[],
): { readonly name: string; readonly table: Table }[] {
  if (!isBenchmark(context.data)) return [];
  const measured = rows.flatMap(({ row, arm }) => {
    if (!arm) return [];
    const scores = context.config.seeds.flatMap(
      (seed) => results.measured({ ...arm, seed }, testScores) ?? [],
    );
    return [
      {
        row,
        scores,
        title: row.title,
        parameters: parametersOf(arm, context, results),
      },
    ];
  });
  return [
    { name: 'test', table: publishedTable(context, measured) },
    { name: 'test-classes', table: classTable(context, measured) },
  ];
}

interface Measured {
  readonly title: string;
  readonly scores: readonly TestScores[];
  readonly parameters: number | undefined;
}

const parametersOf = (arm: SceneArm, { config }: SceneContext, results: SceneResults) =>
  config.seeds.map((seed) => results.summary({ ...arm, seed })?.result.parameters).find(Boolean);

type Score = Exclude<keyof TestScores, 'frames' | 'fullClassIou'>;

const valuesOf = (scores: readonly TestScores[], key: Score): number[] =>
  scores.flatMap((one) => one[key] ?? []);

const percent = { unit: '%', better: 'higher', decimals: 1 } as const;

function publishedTable({ config, data }: SceneContext, rows: readonly Measured[]): Table {
  const { height, width } = config.size;
  const own: readonly Score[] = [
    'iou',
    'fullIou',
    'fullClassAccuracy',
    'fullPixelAccuracy',
    'instanceMeanError',
    'instanceRms',
  ];
  const frames = rows.flatMap(({ scores }) => scores)[0]?.frames;
  const full = `at ${camvidSize.height}×${camvidSize.width}`;
  return {
    title: `${data.name} test split, beside published networks`,
    corner: 'Network',
    columns: [
      { name: 'Parameters', unit: 'M', decimals: 2 },
      { name: 'Training images' },
      { name: `IoU at ${height}×${width}`, ...percent },
      { name: `IoU ${full}`, ...percent },
      { name: `Class accuracy ${full}`, ...percent },
      { name: `Pixel accuracy ${full}`, ...percent },
      { name: 'Instance mean error', unit: 'px', better: 'lower' },
      { name: 'Instance RMS', unit: 'px', better: 'lower' },
    ],
    rows: [
      ...rows.map(({ title, scores, parameters }): TableRow => ({
        header: `Ours: ${title}`,
        cells: [
          parameters === undefined ? null : { value: parameters / 1e6 },
          String(data.frames.train),
          ...own.map((key) => measuredCell(valuesOf(scores, key))),
        ],
      })),
      ...camvidPublished.map(
        ({ network, parameters, training, iou, classAccuracy }, i): TableRow => ({
          header: `${network} (published)`,
          cells: [
            parameters === null ? null : { value: parameters },
            training,
            null,
            { value: iou },
            classAccuracy === null ? null : { value: classAccuracy },
            null,
            null,
            null,
          ],
          reference: true,
          ...(i === 0 && { ruleAbove: true }),
        }),
      ),
    ],
    notes: [
      `Ours: ${encoderText(config.network.encoder)}, trained and run at ${height}×${width}, last checkpoint; nothing was chosen by the test split. IoU: mean over the ${data.classes.length} classes of one confusion matrix over the ${frames === undefined ? '' : `${frames} `}photographs of the test split, void left out. “${full}”: probabilities enlarged linearly to the size of the photographs and judged by their labels as they are, which is how published numbers are judged; those networks also see photographs of that size.`,
      ...camvidPublished.map(({ network, source }) => `${network}: ${source}.`),
    ],
  };
}

function classTable({ data }: SceneContext, rows: readonly Measured[]): Table {
  return {
    title: `${data.name} test split, IoU by class at ${camvidSize.height}×${camvidSize.width}`,
    corner: 'Network',
    columns: data.classes.map((name) => ({ name, ...percent })),
    rows: rows
      .filter(({ scores }) => scores.some(({ fullClassIou }) => fullClassIou))
      .map(({ title, scores }) => ({
        header: title,
        cells: data.classes.map((name) =>
          measuredCell(scores.flatMap(({ fullClassIou }) => fullClassIou?.[name] ?? [])),
        ),
      })),
  };
}
