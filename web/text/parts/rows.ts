/** The texts of long tables. */
export const rowsText = {
  printed: (rows: number, count: number) =>
    rows < count ? `Rows 1–${rows.toLocaleString()} of ${count.toLocaleString()}; the CSV has all.` : '',
  cut: (count: number) =>
    `These are the first rows of ${count.toLocaleString()}. Narrow the filter to see the others, or download the CSV.`,
  shown: (rows: number) => `${rows.toLocaleString()} shown`,
  more: 'Show more',
  empty: 'Nothing matches.',
  emptyIncomplete: (missing: string) => `Nothing that was read matches. Not read: ${missing}.`,
  filtersOn: 'Filters:',
  clear: (name: string) => `Clear ${name}`,
  clearAll: 'Clear all filters',
};
