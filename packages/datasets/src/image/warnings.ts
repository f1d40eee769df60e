/**
 * What is worth knowing about a file that was read all the same. A thread that has a parent passes it on,
 * so that a file that several threads read is spoken of once.
 */

const told = new Set<string>();
let tell: (text: string, about: string) => void = (text) => console.warn(text);

/** Tells a warning, the first time that one comes about this thing (a file, say; else these words). */
export function warnOnce(text: string, about = text): void {
  if (told.has(about)) return;
  told.add(about);
  tell(text, about);
}

/** Has the warnings of this thread told by another one, which is to call `warnOnce` with them. */
export function passWarnings(to: (text: string, about: string) => void): void {
  tell = to;
}
