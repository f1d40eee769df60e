/** What of the training changes with how often it is looked at. */
type Looks = Readonly<Record<string, unknown>>;

/**
 * The part of a configuration's training that decides a run's numbers: how often it is evaluated, what is kept
 * of it and how often it is saved do not, unless evaluations stop tasks.
 * @param training without the defaults
 */
export function decisiveTraining({
  evalEvery,
  checkpointEvery: _,
  snapshots: __,
  ...decisive
}: Looks): Looks {
  return decisive['stopping'] ? { ...decisive, evalEvery } : decisive;
}
