/** Name of a task; `@scene-mtl/vision-heads` has the kits that they name. */
export type TaskName = string;
