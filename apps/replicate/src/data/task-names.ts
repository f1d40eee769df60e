import { DERIVED } from '@scene-mtl/datasets';
import { targetsFor, type KitData } from '@scene-mtl/vision-heads/targets';

/** Names of the tasks that some data can train, of those too whose annotations are computed once they are asked for. */
export const taskNames = (data: KitData): string[] =>
  Object.keys(targetsFor({ ...data, fields: [...new Set([...data.fields, ...DERIVED])] }));
