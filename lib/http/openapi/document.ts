import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { contentTypes, formats } from '../format.ts';
import { isRequired } from '../parameters/parse.ts';
import type { Answer, RouteDescription } from '../route.ts';
import { type ShapeName, shapes } from './shapes.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The OpenAPI document of the routes, made from the schemas that check their requests.
 * @param server address of the routes, without a slash at the end
 * @see https://spec.openapis.org/oas/v3.1.1
 */
export function openApiDocument(routes: readonly RouteDescription[], version: string, server: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    // OpenAPI cannot describe the rest of an address: the address without it stands for all.
    const path = `/${route.path.replace(/\/\{\*\w+\}$/, '')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'vm-identities',
      version,
      description:
        'The managed identities of virtual machines in all subscriptions, now and before. Look at `complete`.',
    },
    servers: [{ url: server }],
    security: [{ functionKey: [] }, { functionKeyInAddress: [] }, {}],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, jsonSchema(shape)])),
      securitySchemes: {
        functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
        functionKeyInAddress: { type: 'apiKey', in: 'query', name: 'code' },
      },
    },
  };
}

function describe({ id, summary, anonymous, query, names, body, answer }: RouteDescription): Json {
  return {
    operationId: id,
    summary,
    ...(anonymous === true ? { security: [] } : {}),
    parameters: [...parametersIn('path', names?.entries ?? {}), ...parametersIn('query', query.entries)],
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: {
      ...responsesOf(answer, 'format' in query.entries, 'count' in query.entries),
      default: { description: 'An error', content: jsonContent(reference('Error')) },
    },
  };
}

function parametersIn(place: 'path' | 'query', entries: v.ObjectEntries): Json[] {
  return Object.entries(entries).map(([name, entry]) => {
    // The JSON Schema of an optional parameter is that of its value: JSON Schema cannot express absence.
    return { name, in: place, required: isRequired(entry), schema: jsonSchema(entry) };
  });
}

function bodyOf(body: v.GenericSchema): Json {
  return { required: body.type !== 'optional', content: jsonContent(jsonSchema(body)) };
}

function responsesOf(answer: Answer, hasFormats: boolean, hasCount: boolean): Json {
  switch (answer.kind) {
    case 'list': {
      const texts = hasFormats ? formats.filter((format) => format !== 'json') : [];
      const others = texts.map((format) => [
        contentTypes[format].split(';', 1)[0] ?? '',
        { schema: { type: 'string' } },
      ]);
      const content = { ...jsonContent(envelopeOf(answer, hasCount)), ...Object.fromEntries(others) };
      return { 200: { description: 'A page of the list', content }, 304: unchanged };
    }
    case 'runs': {
      const properties = {
        value: { type: 'array', items: reference('Run') },
        nextLink: { type: 'string', format: 'uri' },
      };
      return {
        200: {
          description: 'A page of the list',
          content: jsonContent({ type: 'object', required: ['value'], properties }),
        },
      };
    }
    case 'object':
      return { [answer.status ?? 200]: { description: answer.of, content: jsonContent(reference(answer.of)) } };
    case 'other':
      return Object.fromEntries(answer.statuses.map((status) => [status, otherResponse(status, answer)]));
  }
}

const unchanged = { description: 'Not modified: the ETag in If-None-Match is current' };

function otherResponse(status: number, { mediaType, of }: Extract<Answer, { readonly kind: 'other' }>): Json {
  if (status === 304) return unchanged;
  if (status === 307) return { description: 'Location has a link that is valid for ten minutes' };
  const content = { [mediaType]: of === undefined ? {} : { schema: reference(of) } };
  return { description: status < 400 ? 'The answer' : 'Unhealthy', content };
}

/** The object around every list. */
function envelopeOf(
  { of, further = {}, flags = [] }: Extract<Answer, { readonly kind: 'list' }>,
  hasCount: boolean,
): Json {
  const furtherLists = Object.entries(further).map(([name, shape]) => {
    return [name, { type: ['array', 'null'], items: reference(shape) }];
  });
  return {
    type: 'object',
    required: ['value', 'asOf', 'runId', 'complete', 'coverage', ...Object.keys(further), ...flags],
    properties: {
      value: { type: 'array', items: reference(of) },
      nextLink: { type: 'string', format: 'uri', description: 'Absent on the last page' },
      asOf: { type: 'string', format: 'date-time' },
      runId: { type: ['string', 'null'] },
      complete: { type: 'boolean' },
      coverage: reference('CoverageCounts'),
      ...(hasCount ? { count: { type: 'integer', description: 'Rows on all pages; with count=true' } } : {}),
      ...Object.fromEntries(furtherLists),
      ...Object.fromEntries(flags.map((name) => [name, { type: 'boolean' }])),
    },
  };
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } };
}

function reference(name: ShapeName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

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
function jsonSchema(schema: v.GenericSchema): Omit<JsonSchema, '$schema'> {
  const { $schema: _, ...converted } = toJsonSchema(schema, config);
  return converted;
}
