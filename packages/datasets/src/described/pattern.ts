/** How files of frames are named: a path below the data's folder with `{id}`, and maybe `{split}` and `*`. */
export interface Pattern {
  readonly text: string;
  /** Id and folder of the split in a path, or undefined for a path that is not of this form. */
  match(path: string): { readonly id: string; readonly split: string | undefined } | undefined;
}

/**
 * What is wrong with a pattern as text, or undefined.
 * @example
 * ```ts
 * import { patternFault } from '@scene-mtl/datasets';
 * patternFault('labels/{id}.png'); // → undefined
 * patternFault('labels/a.png'); // → 'a path with {id}, such as labels/{id}.png'
 * ```
 */
export function patternFault(text: string): string | undefined {
  if (!text.includes('{id}')) return 'a path with {id}, such as labels/{id}.png';
  const unknown = /\{(?!(id|split)\})[^}]*\}?/.exec(text)?.[0];
  if (unknown !== undefined) return `a path with {id} and {split} alone in braces, not ${unknown}`;
  if (text.split('*').length > 4) return 'a path with at most three *';
  return pathFault(text);
}

/** What is wrong with a path below the data's folder, or undefined. */
export function pathFault(text: string): string | undefined {
  const parts = text.split('/');
  const leaves = /^([\\/]|[A-Za-z]:)/.test(text) || parts.includes('..');
  if (leaves) return 'a path below the folder of dataset.json, without .. in it';
  if (text.includes('\\')) return 'a path with / between its folders';
  if (parts.some((part) => part === '' || part === '.')) return 'a path such as labels/{id}.png';
  return undefined;
}

/**
 * A pattern that paths are matched with. `{id}` may reach over folders and `*` not; `{id}` twice is the same
 * id twice.
 * @example
 * ```ts
 * import { patternOf } from '@scene-mtl/datasets';
 * patternOf('{split}/image/{id}.*').match('val/image/b7.jpeg'); // → { id: 'b7', split: 'val' }
 * ```
 */
export function patternOf(text: string): Pattern {
  const seen = new Set<string>();
  const source = text.replace(/\{id\}|\{split\}|\*|[.+?^${}()|[\]\\]/g, (part) => {
    if (part === '*') return '[^/]*';
    const name = /^\{(id|split)\}$/.exec(part)?.[1];
    if (name === undefined) return `\\${part}`;
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return name === 'id' ? '(?<id>.+)' : '(?<split>[^/]+)';
  });
  const expression = new RegExp(`^${source}$`, 'u');
  return {
    text,
    match(path) {
      const groups = expression.exec(path)?.groups;
      return groups && { id: groups['id'], split: groups['split'] };
    },
  };
}
