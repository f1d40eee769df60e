import type { Size } from '@scene-mtl/data';
import type { OutputFile, PanopticSegmentation } from '@scene-mtl/vision-heads';

/** Name of the JSON file and of the folder beside it. */
export const PANOPTIC = 'panoptic';

/** What the JSON file of the COCO panoptic format says of one photograph. */
export interface PanopticEntry {
  readonly categories: PanopticSegmentation['categories'];
  readonly image: { readonly id: string; readonly file_name: string } & Size;
  readonly annotation: {
    readonly image_id: string;
    readonly file_name: string;
    readonly segments_info: readonly object[];
  };
}

/** The id image of a photograph (id = R + 256 G + 256² B), and what the JSON file says of it. */
export function panopticImage(
  stem: string,
  native: Size,
  { ids, segments, categories }: PanopticSegmentation,
): { readonly file: OutputFile; readonly entry: PanopticEntry } {
  const data = new Uint8Array(3 * ids.length);
  const [left, top, right, bottom, areas] = Array.from(
    { length: 5 },
    () => new Map<number, number>(),
  );
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    data[3 * i] = id & 255;
    data[3 * i + 1] = (id >> 8) & 255;
    data[3 * i + 2] = id >> 16;
    const [x, y] = [i % native.width, Math.floor(i / native.width)];
    areas.set(id, (areas.get(id) ?? 0) + 1);
    left.set(id, Math.min(left.get(id) ?? x, x));
    right.set(id, Math.max(right.get(id) ?? x, x));
    if (!top.has(id)) top.set(id, y);
    bottom.set(id, y);
  }
  const name = `${stem}.png`;
  return {
    file: { path: `${PANOPTIC}/${name}`, content: { ...native, data } },
    entry: {
      categories,
      image: { id: stem, file_name: name, height: native.height, width: native.width },
      annotation: {
        image_id: stem,
        file_name: name,
        segments_info: segments.map(({ id, categoryId }) => {
          const [x, y] = [left.get(id)!, top.get(id)!];
          const box = [x, y, right.get(id)! - x + 1, bottom.get(id)! - y + 1];
          return { id, category_id: categoryId, area: areas.get(id)!, bbox: box, iscrowd: 0 };
        }),
      },
    },
  };
}

interface PanopticJson {
  readonly images: readonly PanopticEntry['image'][];
  readonly annotations: readonly PanopticEntry['annotation'][];
  readonly categories: readonly object[];
}

/**
 * The JSON file with some photographs put in: those that it has already are replaced, others stay.
 * @param text of the file that is there, if one is
 * @returns undefined where that one has other categories, or is something else
 */
export function panopticJson(
  text: string | undefined,
  entries: readonly PanopticEntry[],
): string | undefined {
  const categories = entries[0].categories.map(({ id, name, isThing, colour }) => ({
    ...{ id, name, isthing: Number(isThing), color: colour },
  }));
  const there = text === undefined ? undefined : parsed(text);
  if (text !== undefined && JSON.stringify(there?.categories) !== JSON.stringify(categories)) {
    return undefined;
  }
  const put = new Map(entries.map((entry) => [entry.image.id, entry]));
  const kept = there?.annotations.filter(({ image_id: id }) => !put.has(id)) ?? [];
  const names = new Set(kept.map(({ image_id: id }) => id));
  const whole: PanopticJson = {
    images: [
      ...(there?.images.filter(({ id }) => names.has(id)) ?? []),
      ...entries.map(({ image }) => image),
    ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    annotations: [...kept, ...entries.map(({ annotation }) => annotation)].sort((a, b) =>
      a.image_id < b.image_id ? -1 : 1,
    ),
    categories,
  };
  return `${JSON.stringify(whole)}\n`;
}

function parsed(text: string): PanopticJson | undefined {
  try {
    const json = JSON.parse(text) as Partial<PanopticJson> | null;
    const isWhole = Array.isArray(json?.images) && Array.isArray(json.annotations);
    return isWhole ? (json as PanopticJson) : undefined;
  } catch {
    return undefined;
  }
}
