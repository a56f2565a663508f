/** An answer as it was sent, without the headers that differ from request to request. */
export interface CachedResponse {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export type ResponseCache = ReturnType<typeof createResponseCache>;

/**
 * Answers of one publication, as bytes: a page that many clients request is made once. A new publication empties the
 * cache. It has a limit in bytes: the least recently used answer leaves first, and one that is larger than an eighth of
 * the limit stays out.
 */
export function createResponseCache(limitBytes = 16 * 1024 * 1024) {
  const kept = new Map<string, CachedResponse>();
  let current = '';
  let bytes = 0;
  const size = (key: string, response: CachedResponse) => 2 * key.length + response.body.byteLength + 512;
  return {
    get(publication: string, key: string): CachedResponse | undefined {
      const found = publication === current ? kept.get(key) : undefined;
      if (found === undefined) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found;
    },
    set(publication: string, key: string, response: CachedResponse): void {
      if (publication !== current) {
        kept.clear();
        bytes = 0;
        current = publication;
      }
      if (kept.has(key) || size(key, response) > limitBytes / 8) return;
      kept.set(key, response);
      bytes += size(key, response);
      for (const [oldest, old] of kept) {
        if (bytes <= limitBytes) break;
        kept.delete(oldest);
        bytes -= size(oldest, old);
      }
    },
  };
}
