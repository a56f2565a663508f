import type { AsOf, Completeness } from '../inventory/query.ts';

/** The state that an answer shows, and how complete it is. `runId` is null for a live read of Azure. */
export interface Shown {
  readonly asOf: Pick<AsOf, 'finishedAt'> & { readonly runId: string | null };
  readonly completeness: Completeness;
}

/**
 * The object around every list.
 * @param more further lists that belong to the whole
 */
export function envelope(
  value: readonly unknown[],
  shown: Shown,
  nextLink: string | null,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    value,
    ...(nextLink === null ? {} : { nextLink }),
    asOf: shown.asOf.finishedAt,
    runId: shown.asOf.runId,
    complete: shown.completeness.complete,
    coverage: shown.completeness.coverage,
    ...more,
  });
}

/** The same as headers, for every format: CSV and NDJSON have no envelope. */
export function inventoryHeaders(shown: Shown): Record<string, string> {
  return {
    'x-inventory-complete': String(shown.completeness.complete),
    'x-inventory-as-of': shown.asOf.finishedAt,
    ...(shown.asOf.runId === null ? {} : { 'x-inventory-run-id': shown.asOf.runId }),
  };
}
