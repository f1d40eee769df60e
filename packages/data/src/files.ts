export { isRunning } from './files/abandoned.ts';
export { PARTIAL, writeAtomically, type AtomicWriteOptions } from './files/atomic.ts';
export { assertFree } from './files/existing.ts';
export { cannotWrite, isReadOnly, type WriteFailure } from './files/failure.ts';
export { makeFolder } from './files/folder.ts';
export { writeTogether } from './files/together.ts';
export { wholeFile } from './files/whole-file.ts';
