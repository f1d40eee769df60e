/** First number of each output: all are scalars. */
export const numbers = (
  outputs: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, number> =>
  Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, value[0]]));

/** Without the norms of gradients, `<what>Norm`. */
export const withoutNorms = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !name.endsWith('Norm')));

/** @throws naming the step, all its numbers and those that are not finite */
export function checkFinite(values: Readonly<Record<string, number>>, step: number): void {
  const broken = Object.entries(values).filter(([, value]) => !Number.isFinite(value));
  if (broken.length === 0) return;
  const all = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  throw new Error(
    `train: ${broken.map(([name]) => name).join(', ')} no longer finite in step ${step} ` +
      `(${all.join(', ')}); lower the learning rate, clip the gradients, or look at the batch`,
  );
}

/** null for what is not finite: JSON has no word for it. */
export const finiteOrNull = (
  values: Readonly<Record<string, number>>,
): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, Number.isFinite(v) ? v : null]),
  );
