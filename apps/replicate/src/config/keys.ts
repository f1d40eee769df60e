import { z } from 'zod';
import { configSchema } from './schema.ts';

/** A key of the configuration, as its schema describes it. */
export interface ConfigKey {
  /** `training.steps`; `<name>` stands for any name. */
  readonly key: string;
  /** Empty where the name says it. */
  readonly meaning: string;
  /** What it may be: `whole number 1 … 4096`, `sgd | adam`. */
  readonly range: string;
  /** As JSON; undefined where there is none, and every profile says one. */
  readonly standard: string | undefined;
}

type Node = z.core.JSONSchema.JSONSchema;

/** Every key of the configuration, in the order of its schema. */
export function configKeys(): ConfigKey[] {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const seen = new Set<string>();
  // Options of a union share some keys.
  return keysIn(schema, '').filter(({ key, range }) => {
    const line = `${key} ${range}`;
    return !seen.has(line) && seen.add(line);
  });
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** The options of a node, and of those; itself where it has none. */
function optionsOf(node: Node): Node[] {
  const options = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter(isNode);
  return options.length === 0 ? [node] : options.flatMap(optionsOf);
}

/** What may stand under any name in a node. */
const namedIn = ({ additionalProperties: named }: Node): Node | undefined =>
  isNode(named) ? named : undefined;

function keysIn(node: Node, before: string): ConfigKey[] {
  return optionsOf(node).flatMap((one) => {
    const fields = Object.entries(one.properties ?? {});
    const named = namedIn(one);
    if (named) fields.push(['<name>', named]);
    return fields.flatMap(([name, inner]) => (isNode(inner) ? keyOf(inner, before + name) : []));
  });
}

function keyOf(node: Node, key: string): ConfigKey[] {
  const below = keysIn(node, `${key}.`);
  const own = {
    key,
    meaning: node.description ?? '',
    range: rangeOf(node),
    standard: node.default === undefined ? undefined : JSON.stringify(node.default),
  };
  // What only holds keys that are listed is none that is set.
  const onlyHolds = below.length > 0 && !optionsOf(node).some(namedIn);
  return onlyHolds && own.meaning === '' ? below : [own, ...below];
}

function rangeOf(node: Node): string {
  const options = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter(isNode);
  if (options.length > 0) return [...new Set(options.map(rangeOf))].join(' | ');
  if (node.enum) return node.enum.join(' | ');
  if (node.const !== undefined) return String(node.const);
  switch (node.type) {
    case 'integer':
    case 'number':
      return `${node.type === 'integer' ? 'whole number' : 'number'}${bounds(node)}`;
    case 'array':
      return isNode(node.items) && !Array.isArray(node.items)
        ? `list of ${rangeOf(node.items)}`
        : 'list';
    case 'object':
      return node.properties ? 'see below' : 'by name';
    case 'string':
      return 'text';
    default:
      return typeof node.type === 'string' ? node.type : 'any';
  }
}

function bounds(node: Node): string {
  const { maximum, exclusiveMinimum, exclusiveMaximum } = node;
  // "Positive" of a whole number.
  const minimum = node.type === 'integer' && exclusiveMinimum === 0 ? 1 : node.minimum;
  const known = (bound: unknown): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (known(minimum) && known(maximum)) return ` ${minimum} … ${maximum}`;
  const low = known(minimum)
    ? ` from ${minimum}`
    : known(exclusiveMinimum)
      ? ` above ${exclusiveMinimum}`
      : '';
  const high = known(maximum)
    ? ` up to ${maximum}`
    : known(exclusiveMaximum)
      ? ` below ${exclusiveMaximum}`
      : '';
  return low + high;
}
