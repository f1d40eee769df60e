import { join } from 'node:path';
import { trainLabels, type Dataset } from '@scene-mtl/datasets';
import { datasetOf } from '../assemble.ts';
import { tasksOf } from '../data/tasks.ts';
import type { Config } from '../config/schema.ts';
import type { StoredData } from '../data/stored-data.ts';
import type { TaskName } from '../paper/table1.ts';
import { hashOf } from '../run/files.ts';
import type { ProgressLine } from '../run/progress.ts';
import type { DataSummary } from './item.ts';
import type { RunConfig } from './spec.ts';

/** The data of a configuration, opened. */
export interface Workspace {
  /** Folder of all trained runs. */
  readonly root: string;
  readonly dataset: StoredData;
  readonly data: DataSummary;
  /** Fingerprint of data read from a folder; generated scenes are known by their recipe. */
  readonly found: string | undefined;
  /** Opens data, once for each configuration of it. */
  readonly open: (config: RunConfig) => Promise<StoredData>;
}

/** Opens the data of a configuration; generated scenes are made on first use. */
export async function openWorkspace(
  config: Config,
  runs: string,
  line: ProgressLine,
): Promise<Workspace> {
  const opened = new Map<string, Promise<StoredData>>();
  const open = ({ data, size, ...rest }: RunConfig): Promise<StoredData> => {
    const key = JSON.stringify([data, size]);
    let dataset = opened.get(key);
    if (!dataset) {
      dataset = datasetOf({ ...config, ...rest, data, size }, runs, line);
      opened.set(key, dataset);
    }
    return dataset;
  };
  const dataset = await open(config);
  return {
    root: join(runs, 'trained'),
    dataset,
    data: summaryOf(dataset),
    found: config.data.source === 'generated' ? undefined : fingerprintOf(dataset),
    open,
  };
}

/** What identifies a folder of data without reading its images: classes and frames. */
function fingerprintOf(dataset: Dataset): string {
  const { name, classes } = dataset;
  return hashOf({ name, classes, train: dataset.list('train'), val: dataset.list('val') });
}

/** What generated scenes will be, before any is made. */
export function summaryWithoutData({ data }: Config): DataSummary {
  if (data.source !== 'generated') throw new Error('only generated scenes are known beforehand');
  const { train, val } = data;
  return {
    name: 'street',
    frames: { train, val },
    tasks: ['semantic', 'instance', 'depth'],
    classes: trainLabels.map(({ name }) => name),
    palette: trainLabels.map(({ colour }) => colour),
    instanceClasses: trainLabels.flatMap(({ hasInstances }, i) => (hasInstances ? [i] : [])),
  };
}

function summaryOf(dataset: Dataset): DataSummary {
  const { name, classes, palette, instanceClasses } = dataset;
  return {
    name,
    frames: { train: dataset.list('train').length, val: dataset.list('val').length },
    tasks: Object.keys(tasksOf(dataset)) as TaskName[],
    classes,
    palette,
    instanceClasses,
  };
}
