import type { Buffer } from 'node:buffer';

/** Pages that were written out once, the longest unused ones dropped first. They cost a busy server most of its time. */
export interface PageCache {
  get(key: string, write: () => Buffer): Buffer;
}

export function createPageCache(limitBytes: number): PageCache {
  const pages = new Map<string, Buffer>();
  let bytes = 0;
  return {
    get(key, write) {
      const known = pages.get(key);
      if (known !== undefined) {
        pages.delete(key);
        pages.set(key, known);
        return known;
      }
      const page = write();
      pages.set(key, page);
      bytes += page.length;
      for (const [oldKey, old] of pages) {
        if (bytes <= limitBytes || oldKey === key) break;
        pages.delete(oldKey);
        bytes -= old.length;
      }
      return page;
    },
  };
}
