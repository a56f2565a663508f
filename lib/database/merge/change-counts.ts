import type { ChangeKind } from '../../inventory/run.ts';

/** Counts the changes of one merge by kind. */
export interface ChangeCounts {
  add(kind: ChangeKind | null, count?: number): void;
  toJSON(): Partial<Record<ChangeKind, number>>;
}

export function createChangeCounts(): ChangeCounts {
  const counts = new Map<ChangeKind, number>();
  return {
    add(kind, count = 1) {
      if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + count);
    },
    toJSON: () => Object.fromEntries([...counts].filter(([, count]) => count > 0)),
  };
}
