import { z } from 'zod';

/** Path of a file below a folder, as a list in that folder may name one: nothing else is read or deleted. */
export const pathInside = z
  .string()
  .refine(
    (path) =>
      !/^[a-z]:|\0/i.test(path) &&
      path.split(/[/\\]/).every((part) => part !== '' && part !== '.' && part !== '..'),
    'a path inside the folder such as run/measurement/file.png',
  );
