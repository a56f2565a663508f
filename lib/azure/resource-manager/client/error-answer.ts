import { STATUS_CODES } from 'node:http';
import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { grantReaderCommand } from '../../../inventory/coverage.ts';
import { parseJson } from '../../../json.ts';
import { hideTokens } from '../../hide-tokens.ts';
import { member, textOrNull } from '../../json.ts';
import { isTypeMissing, isVersionRefusal } from './api-versions.ts';
import { ArmError } from './errors.ts';

const maxMessageLength = 1000;

/**
 * Code and message of an error body: `{"error":{code,message}}`, or Compute's throttling answer without that wrapper.
 * Both are null for anything else, such as a gateway's HTML or an empty body.
 */
export function parseErrorBody(text: string | null | undefined): {
  readonly code: string | null;
  readonly message: string | null;
} {
  const body = parseJson(text ?? '');
  const error = member(body, 'error') ?? body;
  return { code: textOrNull(member(error, 'code')), message: textOrNull(member(error, 'message')) };
}

/** The error for an error answer: Azure's code, the server's message without tokens, and a hint. */
export function toArmError(response: PipelineResponse): ArmError {
  const { status, headers, request } = response;
  const body = parseErrorBody(response.bodyAsText);
  const path = new URL(request.url).pathname;
  const code = body.code ?? STATUS_CODES[status]?.replaceAll(/\W/g, '') ?? `Status${status}`;
  const text = body.message ?? `Resource Manager answered ${status} to ${request.method} ${path}`;
  const message = withoutToken(text, request.headers.get('authorization'));
  const shortMessage = message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;
  const reason = { code, message: shortMessage, hint: hintFor(status, code, path, message) };
  return new ArmError(status, reason, headers.get('x-ms-request-id') ?? null);
}

function hintFor(status: number, code: string, path: string, message: string): string | null {
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1] ?? null;
  if (status === 403) {
    if (subscriptionId === null) return 'The identity needs a role that allows this action at that scope';
    return grantReaderCommand(subscriptionId, /with object id '([0-9a-f-]{36})'/i.exec(message)?.[1] ?? null);
  }
  if (status === 401) {
    return 'Resource Manager refuses the token there, and accepts it elsewhere: run again later, and report it to Azure support if it stays';
  }
  if (code === 'SubscriptionNotFound') {
    return 'The subscription was deleted or is in another tenant, or the identity no longer has a role in it';
  }
  if (code === 'MissingSubscriptionRegistration') {
    return 'The resource provider is not registered there, so the subscription has no resource of that kind';
  }
  if (isTypeMissing({ code, message }))
    return 'This cloud does not have it, so the subscription has no resource of that kind';
  if (isVersionRefusal(code)) return 'Update vm-identities, or the cloud: they have no API version in common';
  if (status === 429) return 'Run again later; INVENTORY_CONCURRENCY lowers the number of requests in flight';
  if (status >= 500) return 'Azure itself failed: run again later';
  return null;
}

/** Keeps tokens out of logs and reports when a server echoes the request. */
function withoutToken(text: string, authorization: string | undefined): string {
  const token = authorization?.replace(/^Bearer /, '');
  const withoutOwn = token === undefined || token === '' ? text : text.replaceAll(token, '[token]');
  return hideTokens(withoutOwn, '[token]').replaceAll(/Bearer\s+[\w.~+/-]{16,}=*/gi, 'Bearer [token]');
}
