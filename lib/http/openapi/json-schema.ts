import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

const config: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'input',
  // What JSON Schema has no word for is checked all the same: its message says what is allowed.
  errorMode: 'ignore',
  overrideAction({ valibotAction, jsonSchema }) {
    if (valibotAction.type !== 'check' && valibotAction.type !== 'regex') return undefined;
    const message: unknown = Reflect.get(valibotAction, 'message');
    const requirement: unknown = Reflect.get(valibotAction, 'requirement');
    const described = typeof message === 'string' ? { ...jsonSchema, description: `Allowed: ${message}` } : jsonSchema;
    if (!(requirement instanceof RegExp) || !requirement.ignoreCase) return described;
    // a pattern there has no flags; of ours, only guids ignore case
    const { pattern: _, ...others } = described;
    return { ...others, format: 'uuid' };
  },
};

type Schema = Omit<JsonSchema, '$schema'>;

/** The JSON Schema (2020-12, as OpenAPI 3.1 has it) of what a schema takes in. */
export function requestSchema(schema: v.GenericSchema): Schema {
  const { $schema: _, ...converted } = toJsonSchema(schema, config);
  return converted;
}

/** The same of an answer: there may be more in it one day, and no client should stumble over that. */
export function answerSchema(schema: v.GenericSchema): Schema {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    ...config,
    overrideSchema({ valibotSchema, jsonSchema }) {
      if (valibotSchema.type !== 'strict_object') return undefined;
      const { additionalProperties: _closed, ...open } = jsonSchema;
      return open;
    },
  });
  return converted;
}
