import * as v from 'valibot';
import { InventoryError } from '../../lib/errors.ts';
import type { FunctionsHost } from './functions-host.ts';

/** The app's own routes over HTTP. */
export interface Api {
  /**
   * Reads an answer. The app is built from these sources, so its answers are not validated.
   * @param path below `/api/`
   * @throws {InventoryError} with the code, message and hint of the answer
   */
  get<Answer>(path: string, signal: AbortSignal): Promise<Answer>;
  /** Runs a timer's function now, without waiting for its end. */
  fire(name: string, signal: AbortSignal): Promise<void>;
}

const errorBody = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    details: v.optional(v.array(v.object({ message: v.string() })), []),
  }),
});

const everyRole = ['Inventory.Read', 'Runs.Write', 'Database.Read'].map((val) => ({ typ: 'roles', val }));

export function createApi({ url, keys }: FunctionsHost): Api {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    // App Service authentication sets these headers in Azure. INVENTORY_HTTP_AUTH=entra requires them.
    'x-ms-client-principal-id': 'npm-start',
    'x-ms-client-principal': Buffer.from(JSON.stringify({ claims: everyRole })).toString('base64'),
    ...(keys === null ? {} : { 'x-functions-key': keys.master }),
  };
  return {
    async get(path, signal) {
      const response = await fetch(`${url}/api/${path}`, { headers, signal });
      if (!response.ok) throw await errorOf(response, `GET /api/${path}`);
      return JSON.parse(await response.text());
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
  const body = v.safeParse(v.pipe(v.string(), v.parseJson(), errorBody), await response.text());
  if (!body.success)
    return new InventoryError({ given: `Http${response.status}` }, `${request} returned HTTP ${response.status}`);
  const { code, message, details } = body.output.error;
  return new InventoryError({ given: code }, message, { hint: details[0]?.message ?? null });
}
