import { get, request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { LocalAzure } from '../../local/azure/local-azure.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The parsed body; undefined if it is no JSON. */
  readonly json: Json;
}
type Json = { readonly [key: string]: Json } & { readonly value: readonly Json[]; readonly nextLink?: string };

/** A client of the stand-in that uses Node's own HTTP, without an SDK. */
export interface PlainClient extends Disposable {
  /** A GET to Resource Manager with a token, for a path or an absolute URL. `token: null` sends none. */
  arm(pathOrUrl: string, token?: string | null): Promise<PlainAnswer>;
  /** Every row of a list. */
  armRows(path: string): Promise<readonly Json[]>;
  identity(path: string, headers?: Record<string, string>, body?: string): Promise<PlainAnswer>;
}

export function createPlainClient(azure: LocalAzure): PlainClient {
  const agent = new Agent({ ca: azure.caCertificate, keepAlive: true });
  const good = azure.tokens.mint(azure.tenant.systemAssignedIdentity, 'https://management.azure.com').token;
  async function arm(pathOrUrl: string, token: string | null = good): Promise<PlainAnswer> {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    return exchange((listener) => httpsRequest(new URL(pathOrUrl, azure.endpoint), { agent, headers }, listener));
  }
  return {
    arm,
    async armRows(path) {
      const rows: Json[] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const { json } = await arm(next);
        rows.push(...json.value);
        next = json.nextLink;
      }
      return rows;
    },
    identity(path, headers = {}, body) {
      const url = new URL(path, azure.identityEndpoint);
      if (body === undefined) return exchange((listener) => get(url, { headers }, listener));
      return exchange((listener) => httpRequest(url, { method: 'POST', headers }, listener), body);
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

type Open = (listener: (response: import('node:http').IncomingMessage) => void) => import('node:http').ClientRequest;

function exchange(open: Open, body?: string): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const request = open((response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
