/**
 * Refuses options that nothing reads: a misspelt one would do nothing, silently.
 * @param where the function, for the message
 * @param known names of the options that there are
 * @throws naming the first that is unknown, and those that there are
 */
export function refuseUnknown(where: string, options: object, known: readonly string[]): void {
  if (Object.prototype.toString.call(options) !== '[object Object]') {
    throw new Error(`${where}: expected options by name, got ${JSON.stringify(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new Error(
        `${where}: option '${name}' is unknown; expected ${known.length > 0 ? known.join(', ') : 'none'}`,
      );
    }
  }
}
