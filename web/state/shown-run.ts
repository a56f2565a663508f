import { computed, signal } from '@preact/signals';
import { access } from '../api/access.ts';
import { ApiError } from '../api/api-error.ts';
import { call, explainRefusal, offline } from '../api/client.ts';
import type { Answers } from '../api/types.ts';
import { address } from './address.ts';

type Summary = Answers['summary'];

/** The summary of the newest run that this page has asked for, or null before the first answer. */
export const newest = signal<Summary | null>(null);
/** Why there is no summary, or null. */
export const newestError = signal<ApiError | null>(null);
/** When a run ended that is newer than {@link newest}: ISO 8601, or null. Nothing moves before the user asks for it. */
export const newerRun = signal<string | null>(null);
/** The version of the app differs from that of this page. */
export const newVersion = signal(false);

/** The run that every call of a view asks for: the one in the address, or the newest known. */
export const shownRun = computed(() => address.value.query.get('asOf') ?? newest.value?.runId ?? null);

/**
 * The run that a value of `asOf` names: the run with this id, or the last run that ended by this time.
 * @returns null when it is none of the last 60
 */
export function runOf(asOf: string | null): Summary['runs'][number] | null {
  const time = Date.parse(asOf ?? '');
  const found = newest.value?.runs.findLast(
    ({ runId, finishedAt }) => runId === asOf || Date.parse(finishedAt) <= time,
  );
  return found ?? null;
}

/** The page was loaded as this version. */
export const pageVersion = document.documentElement.dataset.version ?? '';

/** Asks for the newest run. It is the page's first call, so it also finds out whether a key or a sign-in is missing. */
export async function loadNewest(): Promise<void> {
  try {
    const summary = await call('summary', 'summary');
    newest.value = summary;
    newestError.value = null;
    newerRun.value = null;
    access.value = 'open';
    newVersion.value = summary.version !== pageVersion;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401 || error.status === 403) {
      if (await explainRefusal(error)) await loadNewest();
    } else {
      access.value = 'open';
      newestError.value = error;
    }
  }
}

const mostLooks = 6;
const lookAgainMs = 1000;

/**
 * Call it when a run has ended and is published. The app looks for a new file every 3 seconds, and a damaged one has
 * nothing to show, so the user is asked only when the app can show the run.
 * @param finishedAt ISO 8601
 */
export async function noticeRun(finishedAt: string): Promise<void> {
  for (let looks = 0; looks < mostLooks && finishedAt > (newest.value?.asOf ?? ''); looks++) {
    if (looks > 0) await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    const summary = await call('summary', 'summary').catch(orNull);
    if (summary === null) return;
    if (summary.runId !== newest.value?.runId) {
      newerRun.value = finishedAt;
      return;
    }
    newest.value = summary;
    if (summary.damaged) return;
  }
}

function orNull(error: unknown): null {
  if (error instanceof ApiError) return null;
  throw error;
}

const checkEveryMs = 5 * 60 * 1000;

/**
 * Looks for a newer run and a newer version every five minutes, when the window gets the focus, and when the network or
 * the app is back. `health` is open to anyone.
 */
export function watchForNewerRuns(): void {
  let checking = false;
  const check = async () => {
    if (checking || document.visibilityState !== 'visible') return;
    checking = true;
    try {
      // It answers 503 while the app is unhealthy, which the views say themselves.
      const health = await call('health', 'health').catch(orNull);
      if (health === null) return;
      newVersion.value = health.version !== pageVersion;
      if (health.lastRun !== null) await noticeRun(health.lastRun.finishedAt);
    } finally {
      checking = false;
    }
  };
  setInterval(check, checkEveryMs);
  for (const event of ['focus', 'online', 'offline']) addEventListener(event, check);
  let wasOffline = false;
  offline.subscribe((isOffline) => {
    // The app may have been away because it is another version now.
    if (wasOffline && !isOffline) check();
    wasOffline = isOffline;
  });
}
