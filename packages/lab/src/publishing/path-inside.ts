import { z } from 'zod';

/** Path of a file below a folder, as a list in that folder may name one: nothing else is read or deleted. */
export const pathInside = z
  .string()
  .refine(
    (path) =>
      !/^[a-z]:/i.test(path) &&
      path.split(/[/\\]/).every((part) => part !== '' && part !== '.' && part !== '..'),
    'expected a path inside the folder, without .. and not from the root',
  );
