import type { TopLevelSpec } from 'vega-lite';
import { escapeHtml } from '../report/escape.ts';

/** How `renderSvg` names a chart. */
export interface RenderedName {
  /** Prefix of every id inside the SVG; give each chart of one page its own. Letters, digits, `-`. */
  readonly id: string;
  /** What the chart shows, for who cannot see it. */
  readonly description: string;
}

/**
 * A vega-lite specification → standalone SVG text (about 70 ms). The same specification gives the
 * same bytes. The root is one image to a screen reader: `role="img"`, the description as its title, and as its
 * `desc` what the specification's own `description` says, which those of this package find in their numbers.
 *
 * @throws Error when vega-lite refuses the specification
 */
export async function renderSvg(spec: TopLevelSpec, name: RenderedName): Promise<string> {
  if (!/^[A-Za-z][\w-]*$/.test(name.id)) {
    throw new RangeError(
      `renderSvg: id must be a letter followed by letters, digits, - or _, got "${name.id}"`,
    );
  }
  // Loaded on demand: scoring needs neither, and a small heap keeps its garbage collection short.
  const { parse, View } = await import('vega');
  const { compile } = await import('vega-lite');
  const problems: string[] = [];
  const record = (...parts: readonly unknown[]) => {
    problems.push(parts.map(String).join(' '));
    return logger;
  };
  const quiet = () => logger;
  const logger = { level: quiet, error: record, warn: record, info: quiet, debug: quiet };
  const { spec: vega } = compile(spec, { logger });
  if (problems.length) throw new Error(`renderSvg "${name.id}": ${problems.join('; ')}`);
  const view = new View(parse(vega), { renderer: 'none' });
  try {
    return tidySvg(await view.toSVG(), name, spec.description);
  } finally {
    view.finalize();
  }
}

/**
 * SVG text → PNG on white, with `currentColor` as near-black.
 * @param scale px of the picture per px of the SVG (default 2)
 */
export async function renderPng(svg: string, scale = 2): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const ink = svg.replaceAll('currentColor', '#1b1f24');
  return sharp(Buffer.from(ink), { density: 72 * scale })
    .flatten({ background: '#ffffff' })
    .png({ compressionLevel: 9, palette: true, effort: 7 })
    .toBuffer();
}

/** Ids prefixed (two charts on one page both have `clip0`), the whole marked as one named image. */
function tidySvg(svg: string, { id, description }: RenderedName, finding?: string): string {
  const element = (name: string, text: string): string =>
    `<${name} id="${id}-${name}">${escapeHtml(text)}</${name}>`;
  const named = `aria-labelledby="${id}-title"${finding ? ` aria-describedby="${id}-desc"` : ''}`;
  const texts = element('title', description) + (finding ? element('desc', finding) : '');
  return (
    svg
      .replace(/\bid="([^"]+)"/g, `id="${id}-$1"`)
      .replace(/url\(#([^)]+)\)/g, `url(#${id}-$1)`)
      .replace(/xlink:href="#([^"]+)"/g, `xlink:href="#${id}-$1"`)
      // Parts of one image are no images of their own.
      .replace(/<[a-z]+ [^>]*>/g, (tag) =>
        tag.replace(/ (?:role="graphics-[^"]*"|aria-[a-z]+="[^"]*")/g, ''),
      )
      .replace(/<svg ([^>]*)>/, `<svg $1 role="img" ${named}>${texts}`)
  );
}
