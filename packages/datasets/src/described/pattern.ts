/**
 * How files of frames are named: a path below the data's folder with `{id}`, and maybe `{split}`, `*` and other
 * parts of the id by names of their own.
 */
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
  const unknown = /\{(?![a-z]{1,20}\})[^}]*\}?/.exec(text)?.[0];
  if (unknown !== undefined)
    return `a path with {id}, {split} and names in small letters in braces, not ${unknown}`;
  if (partsOf(text).length > 3) return 'a path with at most three parts of an id beside {id}';
  if (text.split('*').length > 4) return 'a path with at most three *';
  return pathFault(text);
}

/**
 * Names of what is an id's part beside `{id}`, each once, in the order in which they make up the id.
 * @example
 * ```ts
 * import { partsOf } from '@scene-mtl/datasets';
 * partsOf('{split}/{drive}/depth/{id}.png'); // → ['drive']
 * ```
 */
export function partsOf(text: string): string[] {
  const names = Array.from(text.matchAll(/\{([a-z]+)\}/g), ([, name]) => name);
  return [...new Set(names)].filter((name) => name !== 'id' && name !== 'split').sort();
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
 * A pattern that paths are matched with. `{id}` may reach over folders, `*` and other parts not; a part twice is
 * the same twice. Other parts stand before `{id}` in the id, in order of their names.
 * @example
 * ```ts
 * import { patternOf } from '@scene-mtl/datasets';
 * patternOf('{split}/image/{id}.*').match('val/image/b7.jpeg'); // → { id: 'b7', split: 'val' }
 * patternOf('{drive}/image/{id}.png').match('noon/image/07.png'); // → { id: 'noon/07', split: undefined }
 * ```
 */
export function patternOf(text: string): Pattern {
  const seen = new Set<string>();
  const source = text.replace(/\{[a-z]+\}|\*|[.+?^${}()|[\]\\]/g, (part) => {
    if (part === '*') return '[^/]*';
    const name = /^\{([a-z]+)\}$/.exec(part)?.[1];
    if (name === undefined) return `\\${part}`;
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return name === 'id' ? '(?<id>.+)' : `(?<${name}>[^/]+)`;
  });
  const expression = new RegExp(`^${source}$`, 'u');
  const names = [...partsOf(text), 'id'];
  return {
    text,
    match(path) {
      const groups = expression.exec(path)?.groups;
      return groups && { id: names.map((name) => groups[name]).join('/'), split: groups['split'] };
    },
  };
}
