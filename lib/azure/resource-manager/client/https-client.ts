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
import { BodyBuffer } from './body-buffer.ts';
import { ConnectionError, InvalidResponseError } from './errors.ts';
import { MemberFilter } from './members/member-filter.ts';
import { type JsonResponse, ParsedBody } from './policies/json-policy.ts';
import { contextOf, membersOf } from './request-context.ts';

const defaultQuietMs = 60_000;
const answerTimeoutMs = 180_000;
/** About forty times the largest page seen (5,000 machines of 6 kB), and below the longest string of V8. */
const maxBodyBytes = 256 * 1024 * 1024;

const unzip = promisify(gunzip);

/**
 * The transport: sends one https request, reads its whole body and follows no redirect. Where only some members of a
 * success are read, it keeps no others, and parses what remains. The pipeline's own client never answers when a connection
 * breaks inside a gzipped body, and limits only the time to the headers.
 * @param quietMs a connection without data for this time breaks, also while it is set up
 * @see docs/decisions/0002-arm-client.md
 */
export function createHttpsClient(concurrency: number, quietMs = defaultQuietMs): HttpClient {
  const agent = createQuietAgent(Agent, quietMs, { maxSockets: concurrency, maxFreeSockets: concurrency });
  const free: BodyBuffer[] = [];
  return {
    async sendRequest(request) {
      const body = free.pop() ?? new BodyBuffer();
      const members = membersOf(request);
      const filter = members === 'all' ? null : new MemberFilter(body, members);
      const incoming = await exchange(agent, request, body, filter);
      const response = await toResponse(request, incoming, body, filter);
      // Not after a failure, when a chunk may still come.
      body.clear();
      free.push(body);
      return response;
    },
  };
}

const isGzip = ({ headers }: IncomingMessage): boolean => headers['content-encoding'] === 'gzip';

/** Resolves once the whole body has been read. */
function exchange(
  agent: Agent,
  request: PipelineRequest,
  body: BodyBuffer,
  filter: MemberFilter | null,
): Promise<IncomingMessage> {
  const { method, url } = request;
  const { signal } = contextOf(request);
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
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
    const reader = filter !== null && incoming.statusCode === 200 && !isGzip(incoming) ? filter : body;
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBodyBytes) {
        fail(new InvalidResponseError(`The answer to ${new URL(url).pathname} is larger than ${maxBodyBytes} bytes`));
      } else if (performance.now() - startedAt > answerTimeoutMs) {
        fail(new Error(`the answer took longer than ${answerTimeoutMs / 1000} s`));
      } else reader.add(chunk);
    });
    incoming.on('error', fail);
    incoming.on('end', () => resolve(incoming));
    incoming.on('close', () => {
      if (!incoming.complete) fail(new Error('the connection ended in the middle of the body'));
    });
  });
  outgoing.end();
  return promise;
}

async function toResponse(
  request: PipelineRequest,
  incoming: IncomingMessage,
  body: BodyBuffer,
  filter: MemberFilter | null,
): Promise<PipelineResponse | JsonResponse> {
  const { headers: fields, statusCode: status = 0 } = incoming;
  const headers = createHttpHeaders();
  for (const [name, value] of Object.entries(fields)) if (typeof value === 'string') headers.set(name, value);
  if (isGzip(incoming)) {
    const bytes = await inflate(body.bytes(), request.url);
    body.clear();
    (filter !== null && status === 200 ? filter : body).add(bytes);
  }
  if (filter === null || status !== 200) return { request, status, headers, bodyAsText: body.toString() };
  return { request, status, headers, json: new ParsedBody(filter.end(request.url)) };
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
