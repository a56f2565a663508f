import * as v from 'valibot';
import { InventoryError } from '../../lib/errors.ts';
import type { FunctionsHost } from './functions-host.ts';

/** The app's own routes, asked as anyone would. */
export interface Api {
  /** @param path below `/api/`  @throws {InventoryError} with the code, message and hint of the answer */
  get<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<v.InferOutput<Schema>>;
  /** Runs a timer's function now; does not wait for it. */
  fire(name: string, signal: AbortSignal): Promise<void>;
}

const errorBody = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    details: v.optional(v.array(v.object({ message: v.string() })), []),
  }),
});

export function createApi({ url, masterKey }: FunctionsHost): Api {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    // With INVENTORY_HTTP_AUTH=entra the app looks for what App Service authentication would have put there.
    'x-ms-client-principal-id': 'npm-start',
    ...(masterKey === null ? {} : { 'x-functions-key': masterKey }),
  };
  return {
    async get(path, schema, signal) {
      const response = await fetch(`${url}/api/${path}`, { headers, signal });
      if (!response.ok) throw await errorOf(response, `GET /api/${path}`);
      return v.parse(schema, await response.json());
    },
    async fire(name, signal) {
      const path = `/admin/functions/${name}`;
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: '{"input":""}', signal });
      if (response.status !== 202) throw await errorOf(response, `POST ${path}`);
      await response.body?.cancel();
    },
  };
}

async function errorOf(response: Response, request: string): Promise<InventoryError> {
  const text = await response.text();
  const body = v.safeParse(v.pipe(v.string(), v.parseJson(), errorBody), text);
  if (!body.success)
    return new InventoryError({ given: `Http${response.status}` }, `${request} was answered with ${response.status}`);
  const { code, message, details } = body.output.error;
  return new InventoryError({ given: code }, message, { hint: details[0]?.message ?? null });
}
