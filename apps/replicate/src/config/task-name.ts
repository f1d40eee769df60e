/** Names of the three tasks, in the order of the columns of Table 1. */
export type TaskName = 'semantic' | 'instance' | 'depth';
