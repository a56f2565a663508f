import * as v from 'valibot';

/** The type of a shape: the schema's output, readonly at every depth. */
export type ShapeOf<Schema extends v.GenericSchema> = DeepReadonly<v.InferOutput<Schema>>;

type DeepReadonly<T> = unknown extends T
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;

// Fields that several shapes have. Types, selectable fields, the OpenAPI document and stored JSON derive from the
// shapes. Rows are not validated against them.

export const text = v.string();
export const nullableText = v.nullable(text);
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** ISO 8601 UTC. */
export const time = v.pipe(text, v.metadata({ format: 'date-time' }));
export const guid = v.pipe(text, v.metadata({ format: 'uuid' }));
export const reason = v.nullable(v.object({ code: text, message: text, hint: nullableText }));
