import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../../parts/failure.tsx';
import { useMore } from '../../parts/rows/use-more.ts';
import { toHash } from '../../state/hash.ts';
import { changeKinds } from '../../text/change-kinds.ts';
import { compareText as text } from '../../text/compare.ts';
import { stateText } from '../../text/states.ts';

/** More are counted when the user asks for it. */
const countedAtOnce = 20_000;

interface RunIds {
  readonly from: string;
  readonly to: string;
}

/** How many changes of each kind there were between two runs. */
export function ChangesByKind({ from, to }: RunIds) {
  const [limit, setLimit] = useState(countedAtOnce);
  const [isFull, setIsFull] = useState(false);
  const list = useMore('changes', 'changes', { from, to, maxpagesize: 1000 }, { all: !isFull });
  const counted = list.rows.length;
  useEffect(() => setIsFull(counted >= limit), [counted, limit]);
  const kinds = [...Map.groupBy(list.rows, ({ kind }) => kind)]
    .map(([kind, rows]) => ({ kind, number: rows.length }))
    .sort((a, b) => b.number - a.number);
  const atLeast = list.hasMore ? `${stateText.atLeast} ` : '';
  return (
    <section>
      <h2>{text.changes}</h2>
      {list.error !== null && <Failure error={list.error} of="changes" again={list.again} />}
      {list.first === null && list.error === null && <p class="loading">{stateText.loading}</p>}
      {list.first !== null && counted === 0 && <p>{text.noChanges}</p>}
      {counted > 0 && (
        <>
          <p>
            {list.hasMore && !isFull ? text.counting(counted) : `${atLeast}${text.total(counted)}`}
            {list.hasMore && isFull && (
              <>
                {' '}
                <button type="button" onClick={() => setLimit(counted + countedAtOnce)}>
                  {text.countOn}
                </button>
              </>
            )}{' '}
            · <a href={toHash('changes', '', { from, to })}>{text.allChanges}</a>
          </p>
          <table class="compare-table">
            <thead>
              <tr>
                <th scope="col">{text.kind}</th>
                <th scope="col" class="number">
                  {text.number}
                </th>
              </tr>
            </thead>
            <tbody>
              {kinds.map(({ kind, number }) => (
                <tr key={kind}>
                  <th scope="row">
                    <a href={toHash('changes', '', { from, to, kind })} data-row-link>
                      {changeKinds[kind] ?? kind}
                    </a>
                  </th>
                  <td class="number">
                    {atLeast}
                    {number.toLocaleString()}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
