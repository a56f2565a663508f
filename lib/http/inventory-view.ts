import type { Database } from '../database/database.ts';
import { beginsAfterItsEnd, resolveAsOf, resolveChangeRange } from '../database/queries/as-of.ts';
import { completeness } from '../database/queries/coverage/completeness.ts';
import { NotFoundError } from '../errors.ts';
import type { AsOf, ChangeRange, Completeness, MachineFilter, ShownKinds } from '../inventory/query.ts';
import type { PublishedDatabase } from './context.ts';
import { invalidParameter, RequestError } from './request-error.ts';
import type { SkipToken } from './skip-token.ts';

/** The inventory as of one run. */
export interface InventoryView {
  readonly database: Database;
  readonly asOf: AsOf;
  readonly completenessOf: (kinds: ShownKinds, filter: MachineFilter) => Completeness;
}

/**
 * The inventory as of a run or time. Later pages stay with the run of the first page, whatever is published meanwhile.
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {RequestError} 410 `SkipTokenExpired`: history no longer reaches back to the run of the first page
 */
export function viewAt(published: PublishedDatabase, asOf: string | undefined, token: SkipToken | null): InventoryView {
  const { database } = published;
  return viewOf(published, token?.runId ? runOfToken(database, token.runId) : resolveAsOf(database, asOf ?? null));
}

/**
 * The inventory as of the later of two runs, and both runs, for the changes between them. Later pages stay with the
 * later run of the first page. In the order of the runs they begin after the earlier run anyway.
 * @param newestFirst the list ends at the earlier run
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {RequestError} 400 `InvalidParameter`: `from` is after `to`; 410 `SkipTokenExpired`
 */
export function viewBetween(
  published: PublishedDatabase,
  requested: { readonly from?: string | undefined; readonly to?: string | undefined },
  token: SkipToken | null,
  newestFirst = false,
): InventoryView & { readonly range: ChangeRange } {
  const { database } = published;
  const { from, to } = requested;
  const later = token?.runId ? runOfToken(database, token.runId) : null;
  const range =
    later !== null && !newestFirst
      ? { from: null, to: later }
      : resolveChangeRange(database, from ?? null, later?.runId ?? to ?? null);
  if (token === null && beginsAfterItsEnd(range, requested)) {
    throw invalidParameter('from', from ?? '', `a run or time that is not after ${to ?? range.to.runId}`);
  }
  return { ...viewOf(published, range.to), range };
}

function viewOf({ database, damaged }: PublishedDatabase, asOf: AsOf): InventoryView {
  return {
    database,
    asOf,
    completenessOf(kinds, filter) {
      const known = completeness(database, asOf, kinds, filter);
      return damaged ? { ...known, complete: false } : known;
    },
  };
}

function runOfToken(database: Database, runId: string): AsOf {
  try {
    return resolveAsOf(database, runId);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new RequestError(410, 'SkipTokenExpired', `The run ${runId} of this list is no longer in the inventory`, {
      target: 'skiptoken',
      hint: 'Request the first page again',
    });
  }
}
