import { STATUS_CODES } from 'node:http';
import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { grantReaderCommand } from '../../../inventory/coverage.ts';
import { parseErrorBody } from './errors/error-body.ts';
import { ArmError } from './errors.ts';

const maxMessageLength = 1000;

/** An error answer as the error to throw: Azure's code, the server's message without any token in it, and the way out. */
export function toArmError(response: PipelineResponse): ArmError {
  const { status, headers, request } = response;
  const body = parseErrorBody(response.bodyAsText);
  const path = new URL(request.url).pathname;
  const code = body.code ?? STATUS_CODES[status]?.replaceAll(/\W/g, '') ?? `Status${status}`;
  const text = body.message ?? `Resource Manager answered ${status} to ${request.method} ${path}`;
  const message = withoutToken(text, request.headers.get('authorization'));
  return new ArmError({
    status,
    code,
    message: message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message,
    hint: hintFor(status, code, path, message),
    requestId: headers.get('x-ms-request-id') ?? null,
  });
}

function hintFor(status: number, code: string, path: string, message: string): string | null {
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1] ?? null;
  if (status === 403) {
    if (subscriptionId === null) return 'The identity needs a role that allows this action at that scope';
    return grantReaderCommand(subscriptionId, /with object id '([0-9a-f-]{36})'/i.exec(message)?.[1] ?? null);
  }
  if (code === 'SubscriptionNotFound') {
    return 'It was deleted, or it is in another tenant, or the identity has no role there any more';
  }
  if (code === 'MissingSubscriptionRegistration') return 'Nothing of that kind can exist there until it is registered';
  if (status === 429) return 'Run again later; INVENTORY_CONCURRENCY lowers the number of requests in flight';
  if (status >= 500) return 'A fault on the side of Azure: run again later';
  return null;
}

/** A server that echoes a request must not get its token into logs and reports. */
function withoutToken(text: string, authorization: string | undefined): string {
  const token = authorization?.replace(/^Bearer /, '');
  const echoed = token === undefined || token === '' ? text : text.replaceAll(token, '[token]');
  return echoed
    .replaceAll(/Bearer\s+[\w.~+/-]{16,}=*/gi, 'Bearer [token]')
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]');
}
