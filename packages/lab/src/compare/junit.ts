/** One test as continuous integration shows it. */
export interface JunitCase {
  readonly name: string;
  /** Why it failed, one line, and more below it; absent: it did not. */
  readonly failure?: { readonly message: string; readonly text: string };
  /** Why it was not run; absent: it was. */
  readonly skipped?: string;
  /** What is known besides. */
  readonly output?: string;
}

/** Tests that belong together. */
export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/**
 * Tests as JUnit XML, as Jenkins, GitLab and others read it: `testsuites`, `testsuite`, `testcase`, with
 * `failure`, `skipped` and `system-out`. Any text is taken; characters that XML has not become U+FFFD.
 * @example
 * ```ts
 * import { junitXml } from '@scene-mtl/lab';
 * const [declaration] = junitXml([{ name: 'gate', cases: [{ name: 'depth' }] }]).split('\n');
 * declaration; // → '<?xml version="1.0" encoding="UTF-8"?>'
 * ```
 */
export function junitXml(suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts(all)}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite name="${escaped(name)}" ${counts(cases)}>`,
      ...cases.flatMap((one) => caseLines(one, name)),
      '  </testsuite>',
    ]),
    '</testsuites>\n',
  ].join('\n');
}

function counts(cases: readonly JunitCase[]): string {
  const [failures, skipped] = (['failure', 'skipped'] as const).map(
    (key) => cases.filter((one) => one[key] !== undefined).length,
  );
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

function caseLines({ name, failure, skipped, output }: JunitCase, suite: string): string[] {
  const inside = [
    ...(failure
      ? [`<failure message="${escaped(failure.message)}">${escaped(failure.text)}</failure>`]
      : []),
    ...(skipped === undefined ? [] : [`<skipped message="${escaped(skipped)}"/>`]),
    ...(output === undefined ? [] : [`<system-out>${escaped(output)}</system-out>`]),
  ];
  const attributes = `classname="${escaped(suite)}" name="${escaped(name)}"`;
  if (inside.length === 0) return [`    <testcase ${attributes}/>`];
  return [
    `    <testcase ${attributes}>`,
    ...inside.map((line) => `      ${line}`),
    '    </testcase>',
  ];
}

/** A text as XML takes it, in an attribute too. */
const escaped = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- those that XML 1.0 has not
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replace(/[<>&"\n\t\r]/g, (character) => `&#${character.charCodeAt(0)};`);
