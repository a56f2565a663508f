import { writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { openApiDocument } from '../lib/http/openapi/document.ts';
import { routes } from '../lib/http/routes.ts';

/**
 * Writes web/api/types.ts: the types of the API's answers, made from the OpenAPI document. So the page needs no import
 * from the app, and a changed answer that the page does not expect fails the type check.
 */
const documentSchema = v.object({
  components: v.object({ schemas: v.record(v.string(), v.unknown()) }),
  paths: v.record(
    v.string(),
    v.record(
      v.string(),
      v.object({
        operationId: v.string(),
        responses: v.record(
          v.string(),
          v.object({
            content: v.optional(
              v.object({ 'application/json': v.optional(v.object({ schema: v.optional(v.unknown()) })) }),
            ),
          }),
        ),
      }),
    ),
  ),
});

/** The part of JSON Schema that the document uses. */
const schemaShape = v.object({
  $ref: v.optional(v.string()),
  const: v.optional(v.unknown()),
  enum: v.optional(v.array(v.unknown())),
  anyOf: v.optional(v.array(v.unknown())),
  type: v.optional(v.union([v.string(), v.array(v.string())])),
  items: v.optional(v.unknown()),
  properties: v.optional(v.record(v.string(), v.unknown())),
  required: v.optional(v.array(v.string()), []),
  additionalProperties: v.optional(v.unknown()),
});

/** @returns the text of web/api/types.ts */
export function pageTypes(): string {
  const { components, paths } = v.parse(documentSchema, openApiDocument(routes, '', ''));
  const shapes = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema, '')};\n`,
  );
  const answers = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId, responses }) => {
      const schema = (responses[200] ?? responses[202])?.content?.['application/json']?.schema;
      return schema === undefined ? [] : [`  readonly '${operationId}': ${typeOf(schema, '  ')};\n`];
    });
  return [
    '// Made from the OpenAPI document by scripts/page-types.ts. Do not edit: `npm run page-types` writes it.\n',
    ...shapes,
    `/** What each function answers, by its name. */\nexport interface Answers {\n${answers.join('')}}\n`,
  ].join('\n');
}

/** The TypeScript type of a JSON Schema. */
function typeOf(given: unknown, indent: string): string {
  const schema = v.parse(schemaShape, given);
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown';
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeOf(one, indent)).join(' | ');
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ');
  }
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `readonly ${inBrackets(typeOf(schema.items ?? {}, indent))}[]`;
    case 'object':
      return objectType(schema, indent);
    default:
      return 'unknown';
  }
}

function objectType(schema: v.InferOutput<typeof schemaShape>, indent: string): string {
  if (schema.properties === undefined) {
    const values = schema.additionalProperties;
    return `Readonly<Record<string, ${typeof values === 'object' ? typeOf(values, indent) : 'unknown'}>>`;
  }
  const lines = Object.entries(schema.properties).map(([name, property]) => {
    const mark = schema.required.includes(name) ? '' : '?';
    return `${indent}  readonly ${/^\w+$/.test(name) ? name : `'${name}'`}${mark}: ${typeOf(property, `${indent}  `)};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function inBrackets(type: string): string {
  return /^\w+$/.test(type) || type.startsWith('{') ? type : `(${type})`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

if (import.meta.main) await writeFile(new URL('../web/api/types.ts', import.meta.url), pageTypes());
