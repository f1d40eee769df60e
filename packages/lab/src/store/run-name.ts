/** Folders beside the runs that hold what all of them share. */
const SHARED = ['data', 'trained', 'workers', 'in-hand'];
/** Devices of Windows, with any ending: a folder of that name cannot be copied there. */
const DEVICES = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;
/** What no file system takes, and what some do not. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u001f\u007f/\\<>:"|?*]/;
/** Bytes, with room for endings within the 255 of the usual file systems. */
const LONGEST = 200;

/**
 * Makes sure that a name is one of a folder inside another, on every system: of a run, of an experiment's
 * tables, of a group of results.
 * @throws saying what is wrong with it
 * @example
 * ```ts
 * import { assertFolderName } from '@scene-mtl/lab';
 * assertFolderName('my run 2'); // → undefined
 * ```
 */
export function assertFolderName(name: string): void {
  const wrong = wrongWith(name);
  if (wrong === undefined) return;
  throw new Error(
    `name ${JSON.stringify(name)}: ${wrong}; give one such as mine or table1-2, without slashes`,
  );
}

function wrongWith(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it is not the name of a folder of its own';
  const character = FORBIDDEN.exec(name)?.[0];
  if (character !== undefined) return `it has ${JSON.stringify(character)} in it`;
  if (SHARED.includes(name.toLowerCase())) return 'that folder is shared by all runs';
  if (DEVICES.test(name)) return 'it is a device on Windows';
  if (/^ |[ .]$/.test(name)) return 'it begins or ends with a blank, or ends with a dot';
  if (Buffer.byteLength(name) > LONGEST) return `it has more than ${LONGEST} bytes`;
  return undefined;
}
