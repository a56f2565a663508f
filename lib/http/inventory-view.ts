import type { Database } from '../database/database.ts';
import { beginsAfterItsEnd, resolveAsOf, resolveChangeRange } from '../database/queries/as-of.ts';
import { completeness } from '../database/queries/coverage/completeness.ts';
import { NotFoundError } from '../errors.ts';
import type { AsOf, ChangeRange, Completeness, MachineFilter, ShownKinds } from '../inventory/query.ts';
import type { PublishedDatabase } from './context.ts';
import { invalidParameter, RequestError } from './request-error.ts';
import type { SkipToken } from './skip-token.ts';

/** The inventory at one run: what an answer is drawn from. */
export interface InventoryView {
  readonly database: Database;
  readonly asOf: AsOf;
  readonly completenessOf: (kinds: ShownKinds, filter: MachineFilter) => Completeness;
}

/**
 * The inventory as it was at a run or time. A later page stays with the run of the first, whatever was published meanwhile.
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {RequestError} 410 `SkipTokenExpired`: history no longer reaches back to the run of the first page
 */
export function viewAt(published: PublishedDatabase, asOf: string | undefined, token: SkipToken | null): InventoryView {
  const { database } = published;
  return viewOf(published, token?.runId ? runOfToken(database, token.runId) : resolveAsOf(database, asOf ?? null));
}

/**
 * The inventory at the later of the two runs between which changes are asked for, and both runs. A later page stays with that of
 * the first; where it begins is behind the earlier one anyway.
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {RequestError} 400 `InvalidParameter`: `from` comes after `to`; 410 `SkipTokenExpired`
 */
export function viewBetween(
  published: PublishedDatabase,
  asked: { readonly from?: string; readonly to?: string },
  token: SkipToken | null,
): InventoryView & { readonly range: ChangeRange } {
  const { database } = published;
  const range = token?.runId
    ? { from: null, to: runOfToken(database, token.runId) }
    : resolveChangeRange(database, asked.from ?? null, asked.to ?? null);
  if (token === null && beginsAfterItsEnd(range, asked)) {
    throw invalidParameter('from', asked.from ?? '', `a run or time that is not after ${asked.to ?? range.to.runId}`);
  }
  return { ...viewOf(published, range.to), range };
}

function viewOf({ database, damaged }: PublishedDatabase, asOf: AsOf): InventoryView {
  return {
    database,
    asOf,
    completenessOf(kinds, filter) {
      const found = completeness(database, asOf, kinds, filter);
      return damaged ? { ...found, complete: false } : found;
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
      hint: 'Ask for the first page again',
    });
  }
}
