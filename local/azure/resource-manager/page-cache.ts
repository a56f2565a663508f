import type { Buffer } from 'node:buffer';

/** Serialized pages, because serializing takes most of the time. Drops the least recently used ones first. */
export interface PageCache {
  get(key: string, serialize: () => Buffer): Buffer;
}

export function createPageCache(limitBytes: number): PageCache {
  const pages = new Map<string, Buffer>();
  let sizeBytes = 0;
  return {
    get(key, serialize) {
      const known = pages.get(key);
      const page = known ?? serialize();
      // The Map keeps insertion order: a used page goes to its end.
      pages.delete(key);
      pages.set(key, page);
      if (known === undefined) sizeBytes += page.length;
      for (const [oldKey, old] of pages) {
        if (sizeBytes <= limitBytes || oldKey === key) break;
        pages.delete(oldKey);
        sizeBytes -= old.length;
      }
      return page;
    },
  };
}
