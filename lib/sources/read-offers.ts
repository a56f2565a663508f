import type { Database } from '../database/database.ts';
import { InventoryError } from '../errors.ts';
import type { Plan } from '../inventory/plan.ts';
import { replaySource } from './replay-source.ts';
import { checkSourceAnswers } from './source-answers.ts';
import { checkSourceBounds } from './source-bounds.ts';
import { readSourceContent, type SourceContent } from './source-content.ts';
import { safeMessage } from './source-reason.ts';

/**
 * Reads and parses all that a source offers once, before anything is merged: damage there is a failure of the source
 * and not of the run. It blocks the thread, so it has a limit.
 * @param readMs how long it may take
 * @throws {InventoryError} `SourceMalformed`; `TimedOut`; `InventoryNotReady`: it has no run yet
 */
export function readOffers(database: Database, source: string, plan: Plan, readMs: number): SourceContent {
  const until = performance.now() + readMs;
  const checkTime = (): void => {
    if (performance.now() >= until) throw tooSlow(source, readMs);
  };
  try {
    checkSourceBounds(database);
    const content = readSourceContent(database, source, plan);
    for (const subscription of content.subscriptions) replaySource(database, source, subscription, checkTime);
    checkSourceAnswers(database, checkTime);
    return content;
  } catch (error) {
    if (error instanceof InventoryError) throw error;
    throw malformed(source, error instanceof Error ? error.message : String(error), error);
  }
}

function tooSlow(source: string, readMs: number): InventoryError {
  return new InventoryError('TimedOut', `The database of ${source} was not read within ${readMs / 1000} s`, {
    hint: 'Lower the retention of that deployment (INVENTORY_RETENTION_DAYS), or divide it into several',
  });
}

function malformed(source: string, what: string, cause: unknown): InventoryError {
  const message = safeMessage(`The database of ${source} has content that a run never writes: ${what}`);
  return new InventoryError('SourceMalformed', message, {
    hint: 'Check who may write to that container',
    cause,
  });
}
