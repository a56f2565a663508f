import { rowsText as text } from '../../text/parts/rows.ts';
import type { More } from './use-more.ts';

/** How many rows are shown, and a button for more where there are more. */
export function MoreButton({
  list,
}: {
  readonly list: Pick<More<never>, 'hasMore' | 'loading' | 'more'> & { readonly rows: readonly unknown[] };
}) {
  if (list.rows.length === 0 && !list.hasMore) return null;
  return (
    <p class="list-count" role="status">
      {text.shown(list.rows.length)}{' '}
      {list.hasMore && (
        <button type="button" onClick={list.more} aria-disabled={list.loading}>
          {text.more}
        </button>
      )}
    </p>
  );
}
