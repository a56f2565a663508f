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
/** Functions that do something: a second request would do it twice. */
const acts: ReadonlySet<keyof Answers> = new Set(['run-start', 'run-cancel']);

/** Whether calls did not reach the app, and are repeated. What is on screen stays. */
export const offline = signal(false);
/** Why the app put off a request, and when it is repeated next (ms since 1970); null = none waits. */
export const putOff = signal<{ readonly error: ApiError; readonly at: number } | null>(null);

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
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
 * Calls a function of the API and reads its JSON. Repeats requests that did not reach the app or that the app put off,
 * where the function only reads.
 * @param name of the function; it gives the type of the answer
 * @throws {ApiError} the app refused, failed, or could not be reached
 */
export async function call<Name extends keyof Answers>(
  name: Name,
  path: string,
  options: RequestOptions = {},
): Promise<Answers[Name]> {
  const address = apiAddress(path, options.query);
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return (await callOnce<Answers[Name]>(address, options)).answer;
      } catch (error) {
        const seconds = error instanceof ApiError && !acts.has(name) ? secondsToWait(error, attempt) : null;
        if (!(error instanceof ApiError) || seconds === null) throw error;
        setLost(address, error.status === 0);
        await waitFor(seconds, error, options.signal);
      }
    }
  } finally {
    setLost(address, false);
  }
}

/** Addresses of the calls that have not reached the app. A call leaves when it does, or when nobody waits for it. */
const lost = new Set<string>();

function setLost({ href }: URL, isLost: boolean): void {
  if (isLost) lost.add(href);
  else lost.delete(href);
  offline.value = lost.size > 0;
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
export async function poll<Name extends keyof Answers>(
  _function: Name,
  path: string,
  signal: AbortSignal,
): Promise<Polled<Answers[Name]>> {
  const address = apiAddress(path);
  try {
    const polled = await callOnce<Answers[Name]>(address, { signal });
    setLost(address, false);
    return polled;
  } catch (error) {
    setLost(address, error instanceof ApiError && error.status === 0);
    signal.addEventListener('abort', () => setLost(address, false), { once: true });
    throw error;
  }
}

async function callOnce<Answer>(address: URL, options: RequestOptions): Promise<Polled<Answer>> {
  const isRead = options.method === undefined || options.method === 'GET';
  const known = isRead ? cache.get(address.href) : undefined;
  const headers = known === undefined ? {} : { 'if-none-match': known.etag };
  return await request(address, options, headers, async (response) => {
    const retryAfterSeconds = retryAfterOf(response);
    if (response.status === 304 && known !== undefined) return { answer: known.answer as Answer, retryAfterSeconds };
    const text = await response.text();
    const answer = JSON.parse(text) as Answer;
    const etag = response.headers.get('etag');
    if (isRead && etag !== null) cache.set(address.href, { etag, answer, size: text.length });
    return { answer, retryAfterSeconds };
  });
}

/**
 * Sends a request with the caller's credentials, at most six at once. The answer must begin within a minute, and may then
 * take as long as it takes.
 * @returns an answer with a status below 400
 * @throws {ApiError}
 */
export function send(
  address: URL,
  options: RequestOptions,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return request(address, options, headers, async (response) => response);
}

/**
 * @param read takes what it needs of the answer, within the time limit. If the answer breaks off, or does not come from
 * the app, the call counts as lost.
 */
async function request<Result>(
  address: URL,
  { method = 'GET', body, signal }: RequestOptions,
  headers: Readonly<Record<string, string>>,
  read: (response: Response) => Promise<Result>,
): Promise<Result> {
  const endTurn = await turn(signal);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const key = mode === 'keys' ? functionKey() : null;
  try {
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
      signal: AbortSignal.any(signal === undefined ? [limit.signal] : [limit.signal, signal]),
    });
    if (!response.ok && response.status !== 304) throw await errorOf(response);
    const result = await read(response);
    // `health` is open to anyone.
    if (!address.pathname.endsWith('/health')) signedIn();
    return result;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (error instanceof ApiError) {
      if (error.status === 401) signInLost();
      throw error;
    }
    throw limit.signal.aborted
      ? new ApiError(0, 'Timeout', `The app did not answer within ${timeoutMs / 1000} s`)
      : new ApiError(0, 'Offline', 'The app cannot be reached');
  } finally {
    clearTimeout(timer);
    endTurn();
  }
}

/** @returns null when repeating the request does not help */
function secondsToWait(error: ApiError, attempt: number): number | null {
  if (error.status === 0) return offlineWaits[Math.min(attempt, offlineWaits.length - 1)] ?? null;
  const isPutOff = error.status === 429 || (error.status === 503 && error.code !== 'InventoryNotReady');
  return isPutOff && attempt < mostRetries ? error.retryAfterSeconds : null;
}

const waits = new Set<{ readonly error: ApiError; readonly at: number }>();

function showWaits(): void {
  putOff.value = [...waits].toSorted((a, b) => a.at - b.at)[0] ?? null;
}

/** Waits. What did not reach the app is repeated at once when the browser is online again. */
async function waitFor(seconds: number, error: ApiError, signal: AbortSignal | undefined): Promise<void> {
  const wait = { error, at: Date.now() + seconds * 1000 };
  if (error.status !== 0) waits.add(wait);
  showWaits();
  await new Promise<void>((resolve) => {
    const done = new AbortController();
    const end = () => {
      done.abort();
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    done.signal.addEventListener('abort', () => clearTimeout(timer));
    signal?.addEventListener('abort', end, { signal: done.signal });
    if (error.status === 0) addEventListener('online', end, { signal: done.signal });
  });
  waits.delete(wait);
  showWaits();
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
