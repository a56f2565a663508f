import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, jsonAnswer } from './answer.ts';
import { answerControlRequest, type ControlTarget } from './control.ts';
import { deliver } from './faults/fault-delivery.ts';
import { answerIdentityRequest, type IdentityEndpoints } from './identity-endpoints.ts';
import { readBody } from './read-body.ts';
import { answerArmRequest, type ResourceManager } from './resource-manager/answer-arm-request.ts';
import { bearerToken } from './resource-manager/authenticate.ts';
import { send } from './send.ts';

/** What both servers share. */
export interface Served extends ControlTarget, IdentityEndpoints {
  readonly manager: ResourceManager;
  readonly latencyMs: number;
}

/** Answers one request to Resource Manager. */
export async function serveResourceManager(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', `https://${request.headers.host}`);
  await readBody(request);
  const { authorization } = request.headers;
  await answer(served, 'resourceManager', request, response, url, authorization !== undefined, () =>
    answerArmRequest(served.manager, request.method ?? 'GET', url, authorization),
  );
}

/** Answers one request to the identity endpoints, or to the stand-in's own control routes (these are neither slowed nor logged). */
export async function serveIdentity(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  if (url.pathname.startsWith('/_local/')) {
    await send(response, { kind: 'whole', answer: answerControlRequest(served, method, url, body) });
    return;
  }
  const { headers } = request;
  const authorized = headers['x-identity-header'] !== undefined || headers.metadata !== undefined;
  await answer(served, 'identity', request, response, url, authorized, () => {
    const identityRequest = { method, path: url.pathname, query: url.searchParams, headers, body };
    return answerIdentityRequest(served, identityRequest) ?? jsonAnswer(404, { error: 'not_found' });
  });
}

async function answer(
  served: Served,
  endpoint: 'resourceManager' | 'identity',
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  authorized: boolean,
  trueAnswer: () => Answer,
): Promise<void> {
  const path = decode(url.pathname);
  const query = decode(url.search.slice(1));
  const seen = { endpoint, method: request.method ?? 'GET', path, query };
  const logged = served.log.begin({ ...seen, authorized, userAgent: request.headers['user-agent'] ?? null });
  let status = 0;
  try {
    if (served.latencyMs > 0) await sleep(served.latencyMs);
    const token = bearerToken(request.headers.authorization);
    const delivery = await deliver(served.faults.strike(seen), {
      tenantId: served.tenant.tenantId,
      url,
      revokeToken: () => {
        if (token !== null) served.issuer.revoke(token);
      },
      trueAnswer,
    });
    // Before the last byte leaves: a client that has its answer must find it counted.
    if ('answer' in delivery) logged.status = delivery.answer.status;
    status = await send(response, delivery);
  } finally {
    served.log.end(logged, status);
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
