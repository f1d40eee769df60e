export type { Field, FieldKind } from './field.ts';
export type { Sample } from './sample.ts';
export type { Size, Window } from './size.ts';
