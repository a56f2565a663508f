import type { Database } from '../database/database.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { completeness } from '../database/queries/completeness.ts';
import type { AsOf, Completeness, MachineFilter, ShownKinds } from '../database/queries/types.ts';
import { NotFoundError } from '../errors.ts';
import type { MachineType } from '../inventory/virtual-machine.ts';
import type { PublishedDatabase } from './context.ts';
import { RequestError } from './request-error.ts';
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
  const { database, damaged } = published;
  const at = token?.runId ? runOfToken(database, token.runId) : resolveAsOf(database, asOf ?? null);
  return {
    database,
    asOf: at,
    completenessOf(kinds, filter) {
      const found = completeness(database, at, kinds, filter);
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

/** Kinds that a list of machines shows. */
export function kindsOf(type: MachineType | 'any' | undefined): ShownKinds {
  switch (type) {
    case 'any':
      return ['virtualMachines', 'scaleSets', 'arcMachines'];
    case 'Microsoft.Compute/virtualMachineScaleSets':
      return ['scaleSets'];
    case 'Microsoft.HybridCompute/machines':
      return ['arcMachines'];
    default:
      return ['virtualMachines'];
  }
}
