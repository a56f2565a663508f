import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';

/** Browsers stop at 17.8 to 33.5 million pixels. */
const mostPixels = 15_000_000;
const overscan = 10;
const guessedRowHeight = 40;
export const mostRowsPrinted = 1000;

interface RowWindow {
  readonly table: RefObject<HTMLTableElement | null>;
  /** Indexes of the rows that exist in the document. */
  readonly items: readonly number[];
  /** Heights of the empty rows around them, in pixels. */
  readonly before: number;
  readonly after: number;
  /** Reference of each row. Where rows are cards, each is measured; elsewhere all have the height of the first. */
  readonly measure: (row: HTMLTableRowElement | null) => void;
  /** The list is longer than a page can be. */
  readonly cut: boolean;
}

/** Which rows of a table are in view as the window scrolls. The row at the top stays when the user comes back. */
export function useRowWindow(count: number, list: string): RowWindow {
  const table = useRef<HTMLTableElement>(null);
  const [, update] = useReducer((renders: number) => renders + 1, 0);
  const rowHeight = useRef(guessedRowHeight);
  const cardHeight = useRef(0);
  /** Where the table has little room, each row is a card with a height of its own (web/styles/rows.css). */
  const cards = useRef(false);
  const tableTop = useRef(0);
  const shownCount = Math.min(count, Math.floor(mostPixels / rowHeight.current));
  const options = {
    count: shownCount,
    overscan,
    estimateSize: () => rowHeight.current,
    getScrollElement: () => window,
    scrollToFn: windowScroll,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollMargin: tableTop.current,
    initialOffset: () => window.scrollY,
    onChange: () => update(undefined),
  };
  const virtualizer = useMemo(() => new Virtualizer<Window, HTMLTableRowElement>(options), []);
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  // Reads the layout once per rendering, when it is needed anyway.
  useLayoutEffect(() => {
    const top = Math.round((table.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    const row = table.current?.querySelector<HTMLElement>('tr[data-index]:not(.row-loading)');
    const areCards = table.current !== null && getComputedStyle(table.current).display === 'block';
    if (!areCards) cardHeight.current = 0;
    else if (cardHeight.current === 0) cardHeight.current = row?.offsetHeight ?? 0;
    // The first card stands for those that are not measured yet, or a lower one where the list would be too high.
    const height = areCards
      ? Math.min(cardHeight.current, Math.floor(mostPixels / count)) || rowHeight.current
      : row?.offsetHeight || rowHeight.current;
    if (top === tableTop.current && height === rowHeight.current && areCards === cards.current) return;
    tableTop.current = top;
    rowHeight.current = height;
    cards.current = areCards;
    virtualizer.measure();
    const rows = areCards ? (table.current?.querySelectorAll<HTMLTableRowElement>('tr[data-index]') ?? []) : [];
    for (const one of rows) virtualizer.measureElement(one);
    update(undefined);
  });
  useRestoredRow(virtualizer, shownCount, list);

  const measure = useCallback((row: HTMLTableRowElement | null) => {
    if (row === null || cards.current) virtualizer.measureElement(row);
  }, []);
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  return {
    table,
    items: items.map(({ index }) => index),
    before: first === undefined ? 0 : first.start - virtualizer.options.scrollMargin,
    after: last === undefined ? 0 : virtualizer.getTotalSize() - (last.end - virtualizer.options.scrollMargin),
    measure,
    cut: count > shownCount,
  };
}

/**
 * Keeps the first row in view in the entry of the history, and goes back to it. A new list begins at its first row. The
 * entry names the list, because the old rows stay on screen until those of the new address arrive.
 */
function useRestoredRow(virtualizer: Virtualizer<Window, HTMLTableRowElement>, count: number, list: string): void {
  const restored = useRef<string | null>(null);
  useEffect(() => {
    if (restored.current === list || count === 0) return;
    const isFirst = restored.current === null;
    restored.current = list;
    const row: unknown = history.state?.list === list ? history.state.row : undefined;
    if (typeof row === 'number' && row > 0 && row < count) virtualizer.scrollToIndex(row, { align: 'start' });
    else if (!isFirst) window.scrollTo(0, 0);
    history.replaceState({ ...history.state, list, row }, '');
  }, [count, list]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (history.state?.list !== restored.current) return;
        history.replaceState({ ...history.state, row: virtualizer.range?.startIndex ?? 0 }, '');
      }, 200);
    };
    addEventListener('scroll', keep, { passive: true });
    return () => {
      clearTimeout(timer);
      removeEventListener('scroll', keep);
    };
  }, []);
}
