/** What an error of the file system means to who wanted to write, and what helps; by its code. */
const FAILURES: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free some of it, or choose a folder on another disk'],
  EDQUOT: ['the disk quota is used up', 'delete some files, or choose a folder on another disk'],
  EROFS: ['the file system is read-only', 'choose another folder'],
  EACCES: ['no permission', 'choose another folder, or have its permissions changed'],
  EPERM: ['not permitted', 'choose another folder, or have its permissions changed'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n)'],
  ENFILE: ['the system has too many files open', 'end other programs'],
  EFBIG: ['larger than a file may be here', 'raise the limit (ulimit -f), or choose another disk'],
  EISDIR: ['a folder has this name', 'choose another name'],
  ENOTEMPTY: ['a folder has this name', 'choose another name'],
  ENOTDIR: ['a file stands where a folder is needed', 'choose another folder'],
  EEXIST: ['a file stands where a folder is needed', 'choose another folder'],
  ENOENT: ['its folder is gone, or a link that leads nowhere', 'choose another folder'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  EINVAL: ['the name is not one that a file can have here', 'choose another'],
  ELOOP: ['links lead in a circle', 'choose another folder'],
  EBUSY: ['another program has it open', 'close that, or choose another name'],
  ETXTBSY: ['another program has it open', 'close that, or choose another name'],
  EIO: ['the disk gives errors', 'save what is on it, and choose another'],
};

/** Codes of a place where nothing may be written, whatever its name. */
const READ_ONLY = ['EROFS', 'EACCES', 'EPERM'];

/**
 * One line for a file that could not be written: the file, why, and what helps. Keeps the code.
 * @param cause what the file system said, or a failure of this kind, for another name of the same place
 * @param where what stands in the way, if that is known better
 */
export function cannotWrite(path: string, cause: unknown, where?: string): WriteFailure {
  if (cause instanceof WriteFailure) return new WriteFailure(path, cause.cause, cause.where);
  return new WriteFailure(path, cause, where);
}

/** See {@link cannotWrite}. */
export class WriteFailure extends Error {
  readonly code: string | undefined;
  readonly where: string | undefined;

  constructor(path: string, cause: unknown, where?: string) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const [what, remedy] = FAILURES[code ?? ''] ?? [message.split('\n')[0], undefined];
    super(`${path}: cannot be written (${where ?? what})${remedy ? `; ${remedy}` : ''}`, { cause });
    this.code = code;
    this.where = where;
  }
}

/** Whether a failure says that nothing may be written there: it would do so every time. */
export const isReadOnly = (error: unknown): boolean =>
  READ_ONLY.includes((error as NodeJS.ErrnoException).code ?? '');

/** A failure of the file system that is known before it comes. */
export const errno = (code: string): unknown => ({ code, message: code });
