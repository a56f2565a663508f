import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { rowsText } from '../../text/parts/rows.ts';
import { Icon } from '../icon.tsx';
import { mostRowsPrinted, useRowWindow } from './use-row-window.ts';

/** A column of a long table. */
export interface Column<Row> {
  readonly name: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** The word of `orderby` that sorts by this column. */
  readonly orderBy?: string;
}

export interface RowsProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Rows of the whole list. */
  readonly count: number;
  /** @returns null while the row is not loaded */
  readonly rowAt: (index: number) => Row | null;
  readonly idOf: (row: Row) => string;
  /** What `c` copies. */
  readonly principalIdOf?: (row: Row) => string | undefined;
  /** `name`, or `name desc`. */
  readonly orderBy?: string | null;
  readonly sort?: (orderBy: string) => void;
  readonly busy: boolean;
  /** Identifies the filters and the order of the rows: another list begins at its first row. */
  readonly list?: string;
  /** The list goes on after these rows, so its length is not known. */
  readonly hasMore?: boolean;
  /** Tells which rows are in view. */
  readonly show?: (first: number, last: number) => void;
}

/** A table of any length. Only the rows in view are in the document, between two empty rows that keep its height. */
export function Rows<Row>(props: RowsProps<Row>) {
  const {
    label,
    columns,
    count,
    rowAt,
    idOf,
    principalIdOf,
    orderBy,
    sort,
    busy,
    list = '',
    hasMore = false,
    show,
  } = props;
  const { table, items, before, after, measure, cut } = useRowWindow(count, list);
  const printing = usePrinting();
  const first = items[0] ?? 0;
  const last = items.at(-1) ?? 0;
  useEffect(() => show?.(first, last), [first, last, show, busy]);
  const shown = printing ? loadedFromTheStart(count, rowAt) : items;
  return (
    <div class="rows" style={{ '--columns': columns.length }}>
      {printing && <p>{rowsText.printed(shown.length, count)}</p>}
      <table ref={table} aria-label={label} aria-rowcount={hasMore ? -1 : count + 1} aria-busy={busy}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeaderCell key={column.name} column={column} orderBy={orderBy ?? null} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {!printing && before > 0 && <Spacer height={before} columns={columns.length} />}
          {shown.map((index) => {
            const row = rowAt(index);
            return (
              <tr
                key={row === null ? index : `${index} ${idOf(row)}`}
                ref={measure}
                data-index={index}
                data-principal-id={row === null ? undefined : principalIdOf?.(row)}
                aria-rowindex={index + 2}
                class={row === null ? 'row-loading' : undefined}
              >
                {columns.map((column) => (
                  <td key={column.name} data-title={column.title} class={`column-${column.name}`}>
                    <div class="cell">{row === null ? <span class="grey-bar" /> : column.cell(row)}</div>
                  </td>
                ))}
              </tr>
            );
          })}
          {!printing && after > 0 && <Spacer height={after} columns={columns.length} />}
        </tbody>
      </table>
      {cut && <p class="notice">{rowsText.cut(count)}</p>}
    </div>
  );
}

function HeaderCell<Row>({
  column: { name, title, orderBy: own },
  orderBy,
  sort,
}: {
  readonly column: Column<Row>;
  readonly orderBy: string | null;
  readonly sort: ((orderBy: string) => void) | undefined;
}) {
  if (own === undefined || sort === undefined)
    return (
      <th scope="col" class={`column-${name}`}>
        {title}
      </th>
    );
  const [by, direction] = (orderBy ?? '').split(' ');
  const isSorted = by === own;
  const isDescending = isSorted && direction === 'desc';
  return (
    <th
      scope="col"
      class={`column-${name}`}
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" class="sort" onClick={() => sort(isSorted && !isDescending ? `${own} desc` : own)}>
        {title} {isSorted && <Icon name={isDescending ? 'more' : 'up'} />}
      </button>
    </th>
  );
}

function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr class="row-spacer">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

/** True while the browser lays the page out for paper. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => setPrinting(true);
    const end = () => setPrinting(false);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  return printing;
}

function loadedFromTheStart<Row>(count: number, rowAt: (index: number) => Row | null): number[] {
  const loaded: number[] = [];
  while (loaded.length < Math.min(count, mostRowsPrinted) && rowAt(loaded.length) !== null) loaded.push(loaded.length);
  return loaded;
}
