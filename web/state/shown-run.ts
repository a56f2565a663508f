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

/** Call it when a run has ended and is published. @param finishedAt ISO 8601 */
export function noticeRun(finishedAt: string): void {
  const shown = newest.value?.asOf;
  if (shown === undefined || finishedAt > shown) newerRun.value = finishedAt;
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
      const health = await call('health', 'health');
      newVersion.value = health.version !== pageVersion;
      if (health.lastRun !== null) noticeRun(health.lastRun.finishedAt);
    } catch (error) {
      // It answers 503 while the app is unhealthy, which the views say themselves.
      if (!(error instanceof ApiError)) throw error;
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
