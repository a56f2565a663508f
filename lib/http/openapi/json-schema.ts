import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

const config: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'input',
  // JSON Schema cannot express some checks: their message describes what is allowed.
  errorMode: 'ignore',
  overrideAction({ valibotAction, jsonSchema }) {
    if (valibotAction.type !== 'check' && valibotAction.type !== 'regex') return undefined;
    const message: unknown = Reflect.get(valibotAction, 'message');
    const requirement: unknown = Reflect.get(valibotAction, 'requirement');
    const described = typeof message === 'string' ? { ...jsonSchema, description: `Allowed: ${message}` } : jsonSchema;
    if (!(requirement instanceof RegExp) || !requirement.ignoreCase) return described;
    // A JSON Schema pattern has no flags. Of our patterns, only guids ignore case.
    const { pattern: _, ...others } = described;
    return { ...others, format: 'uuid' };
  },
};

/** The JSON Schema (2020-12, as in OpenAPI 3.1) of a schema's input. */
export function jsonSchema(schema: v.GenericSchema): Omit<JsonSchema, '$schema'> {
  const { $schema: _, ...converted } = toJsonSchema(schema, config);
  return converted;
}
