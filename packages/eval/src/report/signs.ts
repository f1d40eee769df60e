import { escapeHtml } from './escape.ts';

/** What a verdict says of a claim: that it holds, that it fails, or that it stays open. */
export type Sign = 'holds' | 'fails' | 'open';

const marks: Readonly<Record<Sign, string>> = { holds: '✓', fails: '✗', open: '?' };

/** A verdict by sign, colour and word; `where` says of what, in smaller letters. */
export function verdictHtml(sign: Sign, word: string, where?: string): string {
  const place = where === undefined ? '' : ` <span class="where">${escapeHtml(where)}</span>`;
  const group =
    where === undefined ? '' : ` data-group="${escapeHtml(where)}" data-word="${escapeHtml(word)}"`;
  return `<span class="verdict ${sign}"${group}><b aria-hidden="true">${marks[sign]}</b> ${escapeHtml(word)}${place}</span>`;
}

/** How many verdicts there are of each word, in the order holds, fails, open. */
export function tallyHtml(
  verdicts: readonly { readonly sign: Sign; readonly judgement: string }[],
): string {
  const order = Object.keys(marks) as Sign[];
  const parts = order.flatMap((sign) => {
    const own = verdicts.filter((verdict) => verdict.sign === sign);
    return [...new Set(own.map(({ judgement }) => judgement))].map((word) => {
      const count = own.filter(({ judgement }) => judgement === word).length;
      return verdictHtml(sign, `${count} ${word}`);
    });
  });
  return `<span class="tally">${parts.join(' ')}</span>`;
}
