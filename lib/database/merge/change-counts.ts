import { type ChangeKind, changeKinds } from '../../inventory/run.ts';

/** Counts the changes of one merge by kind. */
export interface ChangeCounts {
  add(kind: ChangeKind | null, count?: number): void;
  /** In the order of `changeKinds`: two runs with the same changes have the same text. Kinds without a change are left out. */
  toJSON(): Partial<Record<ChangeKind, number>>;
}

export function createChangeCounts(): ChangeCounts {
  const counts = new Map<ChangeKind, number>();
  return {
    add(kind, count = 1) {
      if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + count);
    },
    toJSON() {
      const entries = changeKinds.map((kind) => [kind, counts.get(kind) ?? 0] as const);
      return Object.fromEntries(entries.filter(([, count]) => count > 0));
    },
  };
}
