import { hash } from 'node:crypto';
import * as v from 'valibot';
import type { PagePosition } from '../inventory/query.ts';
import { runIdPattern } from '../inventory/run.ts';
import type { IncomingRequest } from './context.ts';
import { isFunctionKey, withoutKey } from './parameters/parse.ts';
import { invalidParameter } from './request-error.ts';

/** Where the next page begins, and in which run. */
export interface SkipToken {
  /** null for lists that do not come from the inventory. */
  readonly runId: string | null;
  readonly position: PagePosition;
}

const content = v.strictTuple([
  v.nullable(v.pipe(v.string(), v.regex(runIdPattern))),
  v.nullable(v.union([v.pipe(v.string(), v.maxLength(512)), v.pipe(v.number(), v.finite())])),
  v.pipe(v.number(), v.safeInteger()),
  v.string(),
]);
const encoded = v.pipe(
  v.string(),
  v.transform((token) => Buffer.from(token, 'base64url').toString('utf8')),
  v.parseJson(),
  content,
);

/** Parameters that may differ from page to page. */
const changeable = new Set(['skiptoken', 'maxpagesize']);

/** A token holds nothing secret, so it is not signed. The hash of the list's filters detects mistakes. */
function writeSkipToken(token: SkipToken, list: URL): string {
  const { runId, position } = token;
  const fields: v.InferOutput<typeof content> = [runId, position.value, position.row, hashOfList(list)];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** @throws {RequestError} 400 `InvalidParameter`: not a token, or a token of another list */
export function readSkipToken(token: string, request: IncomingRequest): SkipToken {
  const result = v.safeParse(encoded, token);
  if (!result.success) throw invalidParameter('skiptoken', token, 'the skiptoken of a nextLink, unchanged');
  const [runId, value, row, listHash] = result.output;
  if (listHash !== hashOfList(new URL(request.url))) {
    throw invalidParameter('skiptoken', token, 'the skiptoken of a nextLink, with the same filters and order as there');
  }
  return { runId, position: { value, row } };
}

/** The address of the next page, without a key. */
export function nextLink(request: IncomingRequest, token: SkipToken): string {
  const url = withoutKey(request.url);
  url.searchParams.set('skiptoken', writeSkipToken(token, url));
  return url.href;
}

/** Identifies a list by its path and parameters in any order. Routes ignore the case of the path, so this does too. */
function hashOfList({ pathname, searchParams }: URL): string {
  const parameters = [...searchParams]
    .filter(([name]) => !isFunctionKey(name) && !changeable.has(name))
    .map(([name, value]) => JSON.stringify([name, value]))
    .sort();
  return hash('sha256', [pathname.toLowerCase(), ...parameters].join('\n'), 'base64url').slice(0, 16);
}
