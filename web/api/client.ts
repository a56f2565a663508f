import { signal } from '@preact/signals';
import { access, askOtherTabs, functionKey, mode, signedIn, signInLost, signInOnce } from './access.ts';
import { ApiError, errorOf, retryAfterOf } from './api-error.ts';
import { cache } from './cache.ts';
import type { Answers } from './types.ts';

/** The API is two folders above the script: `/api/page/assets/NAME.js`. */
const base = new URL('../../', import.meta.url);
const mostAtOnce = 6;
const timeoutMs = 60_000;
/** Waits before a request that did not reach the app is repeated, in seconds. */
const offlineWaits = [1, 2, 5, 15, 60];
const mostRetries = 5;

/** Whether the app could not be reached. What is on screen stays. */
export const offline = signal(false);
/** The time at which a request that the app put off is repeated (ms since 1970), or null. */
export const retryAt = signal<number | null>(null);

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** The answer may take as long as it takes: the user sees its bytes arrive, and can end it. */
  readonly isDownload?: boolean;
}

/** Address of an API call. Empty values are left out. It never has the key. */
export function apiAddress(path: string, query: Query = {}): URL {
  const address = new URL(path, base);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') address.searchParams.append(name, String(one));
    }
  }
  return address;
}

/**
 * Calls a function of the API and reads its JSON. Repeats requests that did not reach the app or that the app put off.
 * @param _function names the function, and so the type of the answer
 * @throws {ApiError} the app refused, failed, or could not be reached
 */
export async function call<Name extends keyof Answers>(
  _function: Name,
  path: string,
  options: RequestOptions = {},
): Promise<Answers[Name]> {
  const address = apiAddress(path, options.query);
  for (let attempt = 0; ; attempt++) {
    try {
      return (await callOnce<Answers[Name]>(address, options)).answer;
    } catch (error) {
      const waitSeconds = secondsToWait(error, attempt, options);
      if (waitSeconds === null) throw error;
      await waitFor(waitSeconds, error instanceof ApiError && error.status !== 0, options.signal);
    }
  }
}

/** An answer, and the seconds after which the app wants to be asked again, or null. */
interface Polled<Answer> {
  readonly answer: Answer;
  readonly retryAfterSeconds: number | null;
}

/**
 * As {@link call}, without repeating what failed: for callers that ask again anyway.
 * @throws {ApiError}
 */
export function poll<Name extends keyof Answers>(
  _function: Name,
  path: string,
  signal: AbortSignal,
): Promise<Polled<Answers[Name]>> {
  return callOnce(apiAddress(path), { signal });
}

async function callOnce<Answer>(address: URL, options: RequestOptions): Promise<Polled<Answer>> {
  const isRead = options.method === undefined || options.method === 'GET';
  const known = isRead ? cache.get(address.href) : undefined;
  const response = await send(address, options, known === undefined ? {} : { 'if-none-match': known.etag });
  const retryAfterSeconds = retryAfterOf(response);
  if (response.status === 304 && known !== undefined) return { answer: known.answer as Answer, retryAfterSeconds };
  const text = await response.text();
  const answer = JSON.parse(text) as Answer;
  const etag = response.headers.get('etag');
  if (isRead && etag !== null) cache.set(address.href, { etag, answer, size: text.length });
  return { answer, retryAfterSeconds };
}

/**
 * Sends a request with the caller's credentials, at most six at once.
 * @returns an answer with a status below 400
 * @throws {ApiError}
 */
export async function send(
  address: URL,
  { method = 'GET', ...options }: RequestOptions,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const endTurn = await turn(options.signal);
  try {
    return await sendNow(address, { method, ...options }, headers);
  } finally {
    endTurn();
  }
}

async function sendNow(
  address: URL,
  { method, body, signal, isDownload = false }: RequestOptions & { readonly method: string },
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const key = mode === 'keys' ? functionKey() : null;
  const limits = signal === undefined ? [] : [signal];
  if (!isDownload) limits.push(AbortSignal.timeout(timeoutMs));
  const response = await fetch(address, {
    method,
    cache: 'no-store',
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      ...headers,
      ...(key === null ? {} : { 'x-functions-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.any(limits),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    offline.value = true;
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    throw timedOut
      ? new ApiError(0, 'Timeout', `The app did not answer within ${timeoutMs / 1000} s`)
      : new ApiError(0, 'Offline', 'The app cannot be reached');
  });
  offline.value = false;
  if (response.ok || response.status === 304) {
    // `health` is open to anyone.
    if (!address.pathname.endsWith('/health')) signedIn();
    return response;
  }
  const error = await errorOf(response);
  if (error.status === 401) signInLost();
  throw error;
}

/** @returns null when repeating the request does not help */
function secondsToWait(error: unknown, attempt: number, { method = 'GET', signal }: RequestOptions): number | null {
  if (!(error instanceof ApiError) || signal?.aborted === true || method !== 'GET') return null;
  if (error.status === 0) return offlineWaits[Math.min(attempt, offlineWaits.length - 1)] ?? null;
  const putOff = error.status === 429 || (error.status === 503 && error.code !== 'InventoryNotReady');
  return putOff && error.retryAfterSeconds !== null && attempt < mostRetries ? error.retryAfterSeconds : null;
}

/** Waits. What did not reach the app is repeated at once when the browser is online again. */
async function waitFor(seconds: number, isPutOff: boolean, signal: AbortSignal | undefined): Promise<void> {
  if (isPutOff) retryAt.value = Date.now() + seconds * 1000;
  await new Promise<void>((resolve) => {
    const done = new AbortController();
    const end = () => {
      done.abort();
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    done.signal.addEventListener('abort', () => clearTimeout(timer));
    signal?.addEventListener('abort', end, { signal: done.signal });
    if (!isPutOff) addEventListener('online', end, { signal: done.signal });
  });
  if (isPutOff) retryAt.value = null;
  signal?.throwIfAborted();
}

let atOnce = 0;
const waiting: (() => void)[] = [];

/** Waits until fewer than six requests run. Call what it returns when the request has ended. */
async function turn(signal: AbortSignal | undefined): Promise<() => void> {
  if (atOnce < mostAtOnce) atOnce++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  const endTurn = () => {
    const next = waiting.shift();
    if (next === undefined) atOnce--;
    else next();
  };
  if (signal?.aborted === true) endTurn();
  signal?.throwIfAborted();
  return endTurn;
}

/**
 * Decides what a refused first call means. With a key, the other tabs are asked before the user is.
 * @returns true: try again, with the key of another tab
 */
export async function explainRefusal(error: ApiError): Promise<boolean> {
  if (mode === 'entra') {
    if (error.status === 403) access.value = 'notAllowed';
    else signInOnce();
    return false;
  }
  if (functionKey() !== null) access.value = 'keyRefused';
  else if (await askOtherTabs()) return true;
  else access.value = 'keyNeeded';
  return false;
}
