/**
 * What is worth knowing about a file that was read all the same. A thread that has a parent passes it on,
 * so that a file that several threads read is spoken of once.
 */

const told = new Set<string>();
let tell = (text: string): void => console.warn(text);

/** Tells a warning, the first time it comes. */
export function warnOnce(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  tell(text);
}

/** Has the warnings of this thread told by another one. */
export function passWarnings(to: (text: string) => void): void {
  tell = to;
}
