import { useEffect } from 'preact/hooks';
import type { SearchHit } from '../../api/types.ts';
import { Id } from '../../parts/copy-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Name } from '../../parts/name.tsx';
import { formatTime } from '../../parts/time.tsx';
import { type Completeness, missingParts, Verdict } from '../../parts/verdict.tsx';
import { go, linkTo } from '../../state/address.ts';
import { searchQuery } from '../../state/search.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { principalText as text } from '../../text/principal.ts';

/** An id that is no principal: goes to what it stands for, else says why no run may have seen it. */
export function NeverSeen({ id }: { readonly id: string }) {
  const { answer, error, again } = useAnswer('search', 'search', searchQuery(id));
  const hit = answer?.value.find((one) => one.exact) ?? null;
  const target = hit === null ? null : targetOf(hit, id);
  useEffect(() => {
    if (target !== null) go(target, { replace: true });
  }, [target]);
  return (
    <>
      <h1>
        <Id>{id}</Id>
      </h1>
      {answer !== null && <Verdict of={answer} />}
      {error !== null && <Failure error={error} of="search" again={again} />}
      {answer === null && error === null && <p class="loading">{text.looking}</p>}
      {hit?.kind === 'subscription' && (
        <p class="notice">
          {text.isPlace} <Name>{hit.label}</Name>.{' '}
          <a href={linkTo('machines', '', { subscriptionId: id.toLowerCase() })}>{text.machinesThere}</a>
        </p>
      )}
      {answer !== null && hit === null && (
        <section class="notice">
          <h2>
            <Icon name="search" /> {text.neverSeenTitle}
          </h2>
          <NeverSeenText of={answer} />
        </section>
      )}
    </>
  );
}

/** Never says that an id does not exist: what was not read may have it. */
export function NeverSeenText({ of, isOne = true }: { readonly of: Completeness; readonly isOne?: boolean }) {
  const missing = missingParts(of);
  return (
    <p>
      {text.neverSeen(formatTime(of.asOf), isOne)}
      {missing === '' ? `. ${text.nothingMissing}.` : text.missing(missing)}
    </p>
  );
}

function targetOf({ kind, id: found, principalId }: SearchHit, id: string): string | null {
  if (kind === 'virtualMachine' || kind === 'scaleSet' || kind === 'arc') return linkTo('machines', found);
  const other = kind === 'principal' ? found : kind === 'identity' ? principalId : null;
  return other === null || other.toLowerCase() === id.toLowerCase() ? null : linkTo('principals', other);
}
