import { type ChangeKind, changeKinds } from '../../inventory/run.ts';

/** Counts the changes of one merge by kind. */
export function createChangeCounts() {
  const counts = new Map<ChangeKind, number>();
  return {
    /** Ignores null, so that callers can pass a change that was not recorded. */
    add(kind: ChangeKind | null, count = 1): void {
      if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + count);
    },
    // The order of declaration: two runs with the same changes have the same text.
    toJSON(): Partial<Record<ChangeKind, number>> {
      const entries = changeKinds.map((kind) => [kind, counts.get(kind) ?? 0] as const);
      return Object.fromEntries(entries.filter(([, count]) => count > 0));
    },
  };
}

export type ChangeCounts = ReturnType<typeof createChangeCounts>;
