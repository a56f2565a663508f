interface Kept {
  readonly etag: string;
  readonly answer: unknown;
  /** Length of the text. */
  readonly size: number;
}

const limit = 64 * 1024 * 1024;
const kept = new Map<string, Kept>();
let total = 0;

/** Answers by address, in memory only: a 304 costs nothing, and nothing stays on disk. The least recently used leaves first. */
export const cache = {
  get(address: string): Kept | undefined {
    const found = kept.get(address);
    if (found !== undefined) {
      kept.delete(address);
      kept.set(address, found);
    }
    return found;
  },
  set(address: string, answer: Kept): void {
    total += answer.size - (kept.get(address)?.size ?? 0);
    kept.delete(address);
    kept.set(address, answer);
    for (const [oldest, { size }] of kept) {
      if (total <= limit) break;
      kept.delete(oldest);
      total -= size;
    }
  },
  clear(): void {
    kept.clear();
    total = 0;
  },
};
