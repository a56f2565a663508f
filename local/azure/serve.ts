import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, jsonAnswer } from './answer.ts';
import type { AzureState } from './azure-state.ts';
import { answerControlRequest } from './control.ts';
import { answerUnder } from './faults/answer-under.ts';
import type { FaultAnswer } from './faults/faults.ts';
import { answerIdentityRequest } from './identity-endpoints.ts';
import { answerArmRequest } from './resource-manager/answer-arm-request.ts';
import { bearerToken } from './resource-manager/authenticate.ts';

/** Answers requests to Resource Manager. */
export function serveResourceManager(state: AzureState): RequestListener {
  return listener(async (request, response) => {
    const url = new URL(request.url ?? '/', `https://${request.headers.host}`);
    await textOf(request);
    const { authorization } = request.headers;
    await answer(state, 'resourceManager', request, response, url, authorization !== undefined, () =>
      answerArmRequest(state, request.method ?? 'GET', url, authorization),
    );
  });
}

/** Answers the identity endpoints, and the stand-in's own control routes without delay and log. */
export function serveIdentity(state: AzureState): RequestListener {
  return listener(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const body = await textOf(request);
    const { headers, method = 'GET' } = request;
    if (url.pathname.startsWith('/_local/')) {
      await send(response, null, answerControlRequest(state, method, url, body));
      return;
    }
    const authorized = headers['x-identity-header'] !== undefined || headers.metadata !== undefined;
    await answer(state, 'identity', request, response, url, authorized, () => {
      return answerIdentityRequest(state, { method, url, headers, body }) ?? jsonAnswer(404, { error: 'not_found' });
    });
  });
}

/** Answers a defect of the stand-in with a 500 that names it. A client that has left is no defect. */
function listener(serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>): RequestListener {
  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.destroyed || response.headersSent) return response.destroy();
      response.writeHead(500, { 'content-type': 'text/plain' });
      return response.end(`local-azure: ${error instanceof Error ? error.stack : String(error)}`);
    });
  };
}

async function answer(
  state: AzureState,
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
  const logged = state.log.begin({ ...seen, authorized, userAgent: request.headers['user-agent'] ?? null });
  let status = 0;
  try {
    if (state.latencyMs > 0) await sleep(state.latencyMs);
    const token = bearerToken(request.headers.authorization);
    const fault = state.faults.strike(seen);
    const sent = await answerUnder(fault, {
      tenantId: state.tenant.tenantId,
      url,
      revokeToken: () => {
        if (token !== null) state.issuer.revoke(token);
      },
      trueAnswer,
    });
    // Logged before the last byte leaves: a client that has its answer must find it counted.
    if (sent !== null) logged.status = sent.status;
    status = await send(response, fault, sent);
  } finally {
    state.log.end(logged, status);
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

/** Sends an answer, with the faults of the connection. @returns the status sent; 0 = none */
async function send(response: ServerResponse, fault: FaultAnswer | null, sent: Answer | null): Promise<number> {
  if (sent === null) {
    // A request that is never answered ends when the client gives up or the server stops.
    if (fault?.kind === 'never') await new Promise((resolve) => response.once('close', resolve));
    else response.socket?.destroy();
    return 0;
  }
  const { status, headers, body } = sent;
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (fault?.kind === 'resetMidBody') {
    await new Promise((resolve) => response.write(body.subarray(0, Math.ceil(body.length / 2)), resolve));
    response.socket?.destroy();
    return status;
  }
  if (fault?.kind === 'slowDrip') {
    for (let at = 0; at < body.length && !response.destroyed; at += fault.bytes) {
      response.write(body.subarray(at, at + fault.bytes));
      await sleep(fault.everyMs);
    }
    response.end();
  } else response.end(body);
  return status;
}
