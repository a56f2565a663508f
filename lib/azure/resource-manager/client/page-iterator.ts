/**
 * An async iterable of pages from a function that answers the next one, null at the end; a failure ends it too.
 *
 * Not an async generator: a suspended one holds on to the page that it gave last until it has the next. With hundreds of
 * lists open at once that is hundreds of pages.
 */
export function iteratePages<Page>(next: () => Promise<Page | null>): AsyncIterableIterator<Page, undefined> {
  let ended = false;
  const iterator: AsyncIterableIterator<Page, undefined> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      ended = true;
      const page = await next();
      if (page === null) return { done: true, value: undefined };
      ended = false;
      return { done: false, value: page };
    },
    async return() {
      ended = true;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** The same pages in another form. */
export function mapPages<From, To>(
  pages: AsyncIterableIterator<From, undefined>,
  map: (page: From) => To,
): AsyncIterableIterator<To, undefined> {
  return iteratePages(async () => {
    const { done, value } = await pages.next();
    return done === true ? null : map(value);
  });
}

/** Hands each page to a function; none outlives its call. */
export async function forEachPage<Page>(
  pages: AsyncIterableIterator<Page, undefined>,
  take: (page: Page) => void,
): Promise<void> {
  const takeNext = async (): Promise<boolean> => {
    const { done, value } = await pages.next();
    if (done === true) return false;
    take(value);
    return true;
  };
  while (await takeNext());
}
