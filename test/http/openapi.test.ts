import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../lib/http/openapi/document.ts';
import { type ShapeName, shapes } from '../../lib/http/openapi/shapes.ts';
import type { Route } from '../../lib/http/route.ts';
import { routes } from '../../lib/http/routes.ts';
import { runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { origin, principalOf, servedInventory, sub1 } from './fixtures/served-inventory.ts';

const parameter = v.looseObject({
  name: v.string(),
  in: v.picklist(['path', 'query']),
  required: v.boolean(),
  schema: v.looseObject({
    type: v.string(),
    enum: v.exactOptional(v.array(v.string())),
    pattern: v.exactOptional(v.string()),
  }),
});
const description = v.looseObject({
  openapi: v.literal('3.1.1'),
  servers: v.array(v.strictObject({ url: v.string() })),
  paths: v.record(
    v.string(),
    v.record(
      v.picklist(['get', 'post', 'delete']),
      v.looseObject({ operationId: v.string(), parameters: v.array(parameter), responses: v.looseObject({}) }),
    ),
  ),
  components: v.looseObject({ schemas: v.looseObject({}) }),
});
const document = v.parse(description, openApiDocument(routes, '1.2.3', `${origin}/api`));

/** A valid request, apart from its query. */
const addressOf = ({ path }: Route): string =>
  path
    .replace('{subscriptionId}', sub1)
    .replace('{resourceGroupName}', 'Group-1')
    .replace('{virtualMachineName}', 'vm-1')
    .replace('{principalId}', principalOf(1))
    .replace('{runId}', runIdOf(1))
    .replace('{file}', 'findings.csv');
const readable = routes.filter(({ method, id }) => method === 'GET' && id !== 'report-file');

describe('the description of the API', () => {
  test('is served, with the address of the request and without the key', async () => {
    using served = servedInventory();
    const response = await served.send('openapi.json?code=secret');
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(v.parse(description, JSON.parse(text)).servers).toEqual([{ url: `${origin}/api` }]);
    expect(text).not.toContain('secret');
    const again = await served.send('openapi.json', {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('names each operation once, and each part of its path', () => {
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map(({ operationId, parameters }) => ({ path, operationId, parameters })),
    );
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(routes.length);
    for (const { path, parameters } of all) {
      const named = parameters.filter((one) => one.in === 'path' && one.required).map(({ name }) => `{${name}}`);
      expect(named).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  test('has only references that exist', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    expect(references.map(([, name]) => name).filter((name) => !(name !== undefined && name in shapes))).toEqual([]);
  });

  test.each(readable.map((route) => [route.id, route] as const))(
    'lists the parameters that %s accepts, and no others',
    async (_, route) => {
      using served = servedInventory();
      const parameters = document.paths[`/${route.path}`]?.get?.parameters.filter((one) => one.in === 'query') ?? [];
      const required = route.id === 'search' ? 'q=vm&' : '';
      const status = async (query: string) => {
        const response = await served.send(`${addressOf(route)}?${required}${query}`);
        await response.body?.cancel();
        return response.status;
      };
      expect(await status('nonsense=1')).toBe(400);
      for (const { name, schema } of parameters) {
        for (const value of schema.enum ?? []) {
          if (name !== 'live') expect([name, value, await status(`${name}=${value}`)]).toEqual([name, value, 200]);
        }
        if (schema.enum !== undefined) expect(await status(`${name}=nonsense`)).toBe(400);
        if (schema.pattern !== undefined) expect(new RegExp(schema.pattern, 'u').test('\0')).toBe(false);
      }
    },
  );

  test.each<[path: string, shape: ShapeName]>([
    ['virtualMachines?deleted=any', 'VirtualMachine'],
    ['principals', 'Principal'],
    ['subscriptions', 'Coverage'],
    [`changes?from=${runIdOf(1)}`, 'Change'],
    ['findings', 'Finding'],
    ['search?q=vm', 'SearchHit'],
    ['runs', 'Run'],
  ])('has the shape of what %s answers', async (path, shape) => {
    using served = servedInventory();
    const { value } = await bodyOf(served.send(path));
    expect(value.length).toBeGreaterThan(0);
    // Parsing drops fields that the shape does not have.
    for (const row of value) expect(v.parse(shapes[shape], row)).toEqual(row);
  });

  test('has the shape of an error', async () => {
    using served = servedInventory();
    const error: unknown = await (await served.send('findings?severity=severe')).json();
    expect(v.parse(shapes.Error, error)).toEqual(error);
  });
});
