import { type ChangeKind, changeKinds } from '../../inventory/run.ts';

/** Counts the changes of one merge by kind. */
export interface ChangeCounts {
  /** Ignores null, so that callers can pass a change that was not recorded. */
  add(kind: ChangeKind | null, count?: number): void;
  toJSON(): Partial<Record<ChangeKind, number>>;
}

export function createChangeCounts(): ChangeCounts {
  const counts = new Map<ChangeKind, number>();
  return {
    add(kind, count = 1) {
      if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + count);
    },
    // The order of declaration: two runs with the same changes have the same text.
    toJSON() {
      const entries = changeKinds.map((kind) => [kind, counts.get(kind) ?? 0] as const);
      return Object.fromEntries(entries.filter(([, count]) => count > 0));
    },
  };
}
