import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { createQuietAgent } from '../../quiet-agent.ts';
import { ConnectionError, InvalidResponseError } from './errors.ts';
import type { JsonResponse } from './policies/json-policy.ts';
import { readMembers } from './read-members.ts';
import { contextOf, membersOf } from './request-context.ts';

const defaultQuietMs = 60_000;
const answerTimeoutMs = 180_000;
/** About forty times the largest page seen (5,000 machines of 6 kB), and below the longest string of V8. */
const maxBodyBytes = 256 * 1024 * 1024;

const unzip = promisify(gunzip);

/**
 * The transport: sends one https request, reads its whole body and follows no redirect. Where only some members of a
 * success are read, it parses them itself, so that the body never becomes text. The pipeline's own client never answers
 * when a connection breaks inside a gzipped body, and limits only the time to the headers.
 * @param quietMs a connection without data for this time breaks, also while it is set up
 * @see docs/decisions/0002-arm-client.md
 */
export function createHttpsClient(concurrency: number, quietMs = defaultQuietMs): HttpClient {
  const agent = createQuietAgent(Agent, quietMs, { maxSockets: concurrency, maxFreeSockets: concurrency });
  return {
    async sendRequest(request) {
      const { incoming, body } = await exchange(agent, request);
      const headers = createHttpHeaders();
      for (const [name, value] of Object.entries(incoming.headers)) {
        if (typeof value === 'string') headers.set(name, value);
      }
      const status = incoming.statusCode ?? 0;
      const bytes = incoming.headers['content-encoding'] === 'gzip' ? await inflate(body, request.url) : body;
      const members = membersOf(request);
      const json = status === 200 && members !== 'all' ? readMembers(bytes, members) : undefined;
      if (json !== undefined) return { request, status, headers, json } satisfies JsonResponse;
      return { request, status, headers, bodyAsText: bytes.toString() } satisfies PipelineResponse;
    },
  };
}

interface Answer {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
}

function exchange(agent: Agent, request: PipelineRequest): Promise<Answer> {
  const { method, url } = request;
  const { signal } = contextOf(request);
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { ...request.headers.toJSON({ preserveCase: true }), 'Accept-Encoding': 'gzip' };
  const startedAt = performance.now();
  const outgoing = httpsRequest(url, { agent, method, headers, signal });
  const fail = (error: unknown): void => {
    if (signal.aborted) reject(signal.reason);
    else reject(error instanceof InvalidResponseError ? error : new ConnectionError(new URL(url).origin, error));
    outgoing.destroy();
  };
  outgoing.on('error', fail);
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBodyBytes) {
        fail(new InvalidResponseError(`The answer to ${new URL(url).pathname} is larger than ${maxBodyBytes} bytes`));
      }
      if (performance.now() - startedAt > answerTimeoutMs) {
        fail(new Error(`the answer took longer than ${answerTimeoutMs / 1000} s`));
      }
    });
    incoming.on('error', fail);
    incoming.on('end', () => {
      const [only] = chunks;
      resolve({ incoming, body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size) });
    });
    incoming.on('close', () => {
      if (!incoming.complete) fail(new Error('the connection ended in the middle of the body'));
    });
  });
  outgoing.end();
  return promise;
}

async function inflate(body: Buffer, url: string): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: maxBodyBytes });
  } catch (cause) {
    throw new InvalidResponseError(`The compressed answer to ${new URL(url).pathname} cannot be decompressed`, {
      cutOff: true,
      cause,
    });
  }
}
