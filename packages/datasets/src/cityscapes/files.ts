import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isDebris, type LeftOut } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';
import { leftOutLines, sharedFrames } from '../listing/left-out.ts';
import { MANIFEST } from '../street/tree/manifest.ts';
import { folderFiles, type FolderFiles } from './folder-files.ts';
import { PARTNER_KINDS, PARTNERS, PHOTOS, type Partner } from './paths.ts';

/** Paths of a frame's files. */
export interface FrameFiles {
  readonly photo: string;
  readonly partners: ReadonlyMap<Partner, string>;
}

/** Frames of a Cityscapes tree, and what else lies in its folders. */
export interface TreeListing {
  /** By id, sorted by UTF-16 code units (never by the machine's locale). */
  readonly frames: Readonly<Record<Split, ReadonlyMap<string, FrameFiles>>>;
  /** Kinds of partner file that a split has. */
  readonly has: Readonly<Record<Split, ReadonlySet<Partner>>>;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** How many files one error names. */
const SHOWN = 20;
const PHOTO = /^(.+)_leftImg8bit\.(?:png|jpe?g)$/i;
/** Other files that Cityscapes has beside its labels; nothing in them that is not in what is read. */
const COMPANION = /_gtFine_(?:color\.png|polygons\.json|labelTrainIds\.png|instanceTrainIds\.png)$/;

/**
 * Lists a Cityscapes tree: `{root}/{type}/{split}/{city}/{city}_{seq}_{frame}_{type}{ext}`. Files are known
 * by their names alone, so cities may be links, nested, named as they like, or not there. A split has a kind
 * of partner file for all of its frames or for none; training and validation have the same kinds. Test may
 * have none, as the official split has no public labels.
 * @throws for files that are missing by these rules, photographs that cannot be read, frames that two files
 * have, and a tree without frames; the message lists them
 */
export async function listTree(root: string): Promise<TreeListing> {
  const types = [...new Set(PARTNER_KINDS.map((kind) => PARTNERS[kind][0]))];
  const photos = await folderFiles(root, PHOTOS, [PHOTO], COMPANION);
  const folders = new Map<string, FolderFiles>();
  for (const type of types) {
    const endings = PARTNER_KINDS.filter((kind) => PARTNERS[kind][0] === type).map(patternOf);
    folders.set(type, await folderFiles(root, type, endings, COMPANION));
  }
  const frames = {} as Record<Split, Map<string, FrameFiles>>;
  const has = {} as Record<Split, Set<Partner>>;
  for (const split of SPLITS) {
    const found = new Map(
      PARTNER_KINDS.map((kind) => {
        const files = folders.get(PARTNERS[kind][0])!;
        return [kind, files.ids(split, patternOf(kind))] as const;
      }),
    );
    const list = Array.from(photos.ids(split, PHOTO)).sort(([a], [b]) => (a < b ? -1 : 1));
    frames[split] = new Map(
      list.map(([id, photo]) => {
        const own = PARTNER_KINDS.flatMap((kind) => {
          const file = found.get(kind)!.get(id);
          return file === undefined ? [] : [[kind, file] as const];
        });
        return [id, { photo, partners: new Map(own) }];
      }),
    );
    has[split] = new Set(
      PARTNER_KINDS.filter((kind) => list.some(([id]) => found.get(kind)!.has(id))),
    );
  }
  const leftOut = [
    ...photos.leftOut,
    ...[...folders.values()].flatMap((files) => [
      ...files.leftOut,
      ...files.without((split, id) => frames[split].has(id)),
    ]),
    ...(await otherFolders(root, [PHOTOS, ...types])),
  ];
  assertReadable(root, photos);
  assertPaired(root, frames, has);
  if (SPLITS.every((split) => frames[split].size === 0)) {
    const found = leftOutLines(leftOut).map((line) => `\n  ${line}`);
    throw new Error(
      `${root}: no frames; expected photographs *_leftImg8bit.png, .jpg or .jpeg below ${PHOTOS}/train, val or test, found${found.join('') || ' nothing'}`,
    );
  }
  return { frames, has, leftOut, notes: sharedFrames((split) => [...frames[split].keys()]) };
}

const patterns = new Map(
  PARTNER_KINDS.map((kind) => {
    const ending = PARTNERS[kind][1].replace('.', '\\.');
    return [kind, new RegExp(`^(.+)_${ending}$`, 'i')];
  }),
);
const patternOf = (kind: Partner): RegExp => patterns.get(kind)!;

/** Folders at the root that are no part of what is read: other packages of Cityscapes, for one. */
async function otherFolders(root: string, known: readonly string[]): Promise<LeftOut[]> {
  const entries = await readdir(root, { withFileTypes: true });
  // The exact tree beside a noisy one.
  const own = entries.some(({ name }) => name === MANIFEST) ? ['truth'] : [];
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .filter(({ name }) => !isDebris(name) && ![...known, ...own].includes(name))
    .map(({ name }) => ({ path: `${name}/`, reason: 'folders of a kind that is not read' }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Throws when a photograph, or a folder of photographs, is there but cannot be read. */
function assertReadable(root: string, photos: FolderFiles): void {
  const broken = photos.unreadable.filter(({ path }) =>
    SPLITS.some((split) => path === PHOTOS || `${path}/`.startsWith(`${PHOTOS}/${split}/`)),
  );
  if (broken.length === 0) return;
  const files = broken.map(({ path, reason }) => `${join(root, path)}: ${reason}`);
  throw new Error(
    `${root}: ${files.length} photographs or folders of photographs cannot be read:${listed(files)}\nMend or remove them.`,
  );
}

/** Throws when some frames lack a kind of partner file that others have. */
function assertPaired(root: string, frames: TreeListing['frames'], has: TreeListing['has']): void {
  const wanted = (split: Split, kind: Partner) =>
    has[split].has(kind) || (split !== 'test' && (has.train.has(kind) || has.val.has(kind)));
  const missing = SPLITS.flatMap((split) =>
    PARTNER_KINDS.filter((kind) => wanted(split, kind)).flatMap((kind) =>
      Array.from(frames[split])
        .filter(([, { partners }]) => !partners.has(kind))
        .map(([id, { photo }]) => expectedPath(root, photo, id, kind)),
    ),
  );
  if (missing.length === 0) return;
  throw new Error(
    `${root}: ${missing.length} files that belong to photographs are missing:${listed(missing)}\nUnpack or generate the tree again, or remove those photographs.`,
  );
}

/** Where a partner file would lie: in the folder of its own that the photograph has. */
function expectedPath(root: string, photo: string, id: string, kind: Partner): string {
  const [folder, ending] = PARTNERS[kind];
  const below = relative(join(root, PHOTOS), dirname(photo));
  return join(root, folder, below, `${id}_${ending}`);
}

const listed = (files: readonly string[]): string => {
  const rest = files.length > SHOWN ? `\n  and ${files.length - SHOWN} more` : '';
  return (
    files
      .slice(0, SHOWN)
      .map((file) => `\n  ${file}`)
      .join('') + rest
  );
};
