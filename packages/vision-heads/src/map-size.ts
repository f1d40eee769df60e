/**
 * Makes sure that a head's output is a map.
 * @param field name of the task
 * @param channels numbers of a pixel
 * @throws naming the task where there are more or fewer numbers than pixels have
 */
export function assertMap(
  field: string,
  { length }: ArrayLike<number>,
  height: number,
  width: number,
  channels = 1,
): void {
  if (length === height * width * channels) return;
  const shape = [height, width, ...(channels > 1 ? [channels] : [])].join('×');
  throw new Error(`${field}: expected ${shape} numbers to decode, got ${length}`);
}
