import { useEffect, useMemo, useReducer } from 'preact/hooks';
import { ApiError } from '../../api/api-error.ts';
import { call, type Query } from '../../api/client.ts';
import type { Answers } from '../../api/types.ts';

const pageSize = 200;
const mostPages = 40;
/** After the last scroll. */
const settleMs = 80;

type Page = Answers['virtual-machines'];
type Row = Page['value'][number];

/** A long list, of which only the pages in view are loaded. */
export interface Pages {
  /** The first page, which says how complete the list is; null before it has arrived. */
  readonly first: Page | null;
  readonly count: number;
  readonly error: ApiError | null;
  readonly loading: boolean;
  /** @returns null while the row's page is not loaded */
  readonly rowAt: (index: number) => Row | null;
  /** Tells which rows are in view. Their pages load, and one on either side. */
  readonly show: (first: number, last: number) => void;
  readonly again: () => void;
}

/** Machines, page by page by `skip`. Another query begins anew; the old rows stay until the first new page has arrived. */
export function usePages(query: Query): Pages {
  const [, update] = useReducer((count: number) => count + 1, 0);
  const key = JSON.stringify(query);
  const list = useMemo(() => new PagedList(update), []);
  useEffect(() => list.begin(query), [key]);
  useEffect(() => () => list.end(), []);
  return list;
}

class PagedList implements Pages {
  first: Page | null = null;
  count = 0;
  error: ApiError | null = null;
  loading = true;
  readonly #update: (action: undefined) => void;
  #query: Query = {};
  #pages = new Map<number, readonly Row[]>();
  #asked = new Set<number>();
  #ended = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(update: (action: undefined) => void) {
    this.#update = update;
  }

  begin(query: Query): void {
    this.end();
    this.#ended = new AbortController();
    this.#query = query;
    this.#asked = new Set();
    this.error = null;
    this.loading = true;
    this.#update(undefined);
    this.#load(0, true);
  }

  end(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  again = (): void => this.begin(this.#query);

  rowAt = (index: number): Row | null => this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize] ?? null;

  show = (first: number, last: number): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.loading) return;
      const lastPage = Math.floor(Math.max(0, this.count - 1) / pageSize);
      const from = Math.max(0, Math.floor(first / pageSize) - 1);
      const to = Math.min(lastPage, Math.floor(last / pageSize) + 1);
      for (let page = from; page <= to; page++) this.#load(page, false);
    }, settleMs);
  };

  async #load(page: number, isFirst: boolean): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const { signal } = this.#ended;
    const query = { ...this.#query, skip: page * pageSize, maxpagesize: pageSize, count: isFirst ? true : null };
    try {
      const answer = await call('virtual-machines', 'virtualMachines', { query, signal });
      if (signal.aborted) return;
      if (isFirst) {
        this.#pages = new Map();
        this.first = answer;
        this.count = answer.count ?? answer.value.length;
        this.loading = false;
      }
      this.#keep(page, answer.value);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.#asked.delete(page);
      this.error = error;
      this.loading = false;
    }
    this.#update(undefined);
  }

  /** Forgets the pages that were loaded first when there are too many. */
  #keep(page: number, rows: readonly Row[]): void {
    this.#pages.set(page, rows);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= mostPages) break;
      this.#pages.delete(oldest);
      this.#asked.delete(oldest);
    }
  }
}
