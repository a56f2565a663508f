import { setImmediate as nextTurn } from 'node:timers/promises';
import { prepareMachines } from '../lib/database/queries/machines/prepare-machines.ts';
import type { CurrentDatabase } from '../lib/published/database-reader.ts';

/** The app is idle if no request came for this long. */
const idleMs = 1000;

/**
 * Prepares each new publication for lists of machines while the app is idle, so that the next such list does not wait.
 * @param current leases the newest publication
 * @returns to be called with the publication of each request
 */
export function prepareWhenIdle(
  current: (signal: AbortSignal) => Promise<Disposable & Pick<CurrentDatabase, 'database'>>,
): (used: Pick<CurrentDatabase, 'etag'>) => void {
  let latest = '';
  let timer: NodeJS.Timeout | null = null;

  async function prepare(): Promise<void> {
    using newest = await current(AbortSignal.timeout(idleMs));
    for (const _ of prepareMachines(newest.database)) await nextTurn();
  }

  return ({ etag }) => {
    if (etag === latest) {
      timer?.refresh();
      return;
    }
    latest = etag;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      // The request that needs it meets the same failure, and reports it.
      prepare().catch(() => undefined);
    }, idleMs).unref();
  };
}
