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
  /** Identifies the filters and the order of the rows, whatever their run. */
  readonly list: string;
  readonly error: ApiError | null;
  /** The rows are not, or not yet, those of the query. */
  readonly busy: boolean;
  /** @returns null while the row's page is not loaded */
  readonly rowAt: (index: number) => Row | null;
  /** Tells which rows are in view. Their pages load, and one on either side. */
  readonly show: (first: number, last: number) => void;
  readonly again: () => void;
}

/**
 * Machines, page by page by `skip`. Another query begins anew: the old rows stay until the new ones have arrived, or the
 * app has refused the query.
 */
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
  list = '';
  count = 0;
  error: ApiError | null = null;
  #loading = true;
  readonly #update: (action: undefined) => void;
  #wanted: Query = {};
  /** The query of the pages. */
  #query: Query = {};
  #pages = new Map<number, readonly Row[]>();
  #asked = new Set<number>();
  #failed: number | null = null;
  #inView: readonly [first: number, last: number] = [0, 0];
  #ended = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(update: (action: undefined) => void) {
    this.#update = update;
  }

  begin(query: Query): void {
    this.end();
    this.#ended = new AbortController();
    this.#wanted = query;
    this.error = null;
    this.#loading = true;
    this.#update(undefined);
    this.#loadAnew(query, this.#ended.signal);
  }

  end(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  get busy(): boolean {
    return this.#loading || this.#query !== this.#wanted;
  }

  again = (): void => this.begin(this.#wanted);

  rowAt = (index: number): Row | null => this.#pages.get(pageOf(index))?.[index % pageSize] ?? null;

  show = (first: number, last: number): void => {
    this.#inView = [first, last];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#loading || this.first === null) return;
      const to = Math.min(pageOf(Math.max(0, this.count - 1)), pageOf(last) + 1);
      for (let page = Math.max(0, pageOf(first) - 1); page <= to; page++) this.#load(page);
    }, settleMs);
  };

  /** The same list of another run stays where it is; another list begins at its first row. */
  async #loadAnew(query: Query, signal: AbortSignal): Promise<void> {
    const list = JSON.stringify({ ...query, asOf: null });
    const pages = new Set(list === this.list ? [0, ...this.#inView.map(pageOf)] : [0]);
    try {
      const answers = await Promise.all(
        [...pages].map(async (page) => [page, await ask(query, page, signal)] as const),
      );
      if (signal.aborted) return;
      this.#query = query;
      this.#pages = new Map(answers.map(([page, { value }]) => [page, value]));
      this.#asked = pages;
      this.#failed = null;
      this.first = answers[0]?.[1] ?? null;
      this.count = this.first?.count ?? 0;
      this.list = list;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.error = error;
      if (error.isRefused) {
        this.first = null;
        this.count = 0;
        this.list = '';
      }
    }
    this.#loading = false;
    this.#update(undefined);
  }

  async #load(page: number): Promise<void> {
    const kept = this.#pages.get(page);
    if (kept !== undefined) this.#keep(page, kept);
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const { signal } = this.#ended;
    try {
      const { value } = await ask(this.#query, page, signal);
      if (signal.aborted) return;
      this.#keep(page, value);
      if (this.#failed === page) this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.#asked.delete(page);
      this.#failed = page;
      this.error = error;
    }
    this.#update(undefined);
  }

  /** Forgets the pages that were in view longest ago when there are too many. */
  #keep(page: number, rows: readonly Row[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, rows);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= mostPages) break;
      this.#pages.delete(oldest);
      this.#asked.delete(oldest);
    }
  }
}

function pageOf(index: number): number {
  return Math.floor(index / pageSize);
}

function ask(query: Query, page: number, signal: AbortSignal): Promise<Page> {
  const count = page === 0 ? true : null;
  return call('virtual-machines', 'virtualMachines', {
    query: { ...query, skip: page * pageSize, maxpagesize: pageSize, count },
    signal,
  });
}
