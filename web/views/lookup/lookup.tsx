import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { announce } from '../../parts/announce.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Verdict } from '../../parts/verdict.tsx';
import { readPasted } from '../../pasted/pasted.ts';
import { go } from '../../state/address.ts';
import { forgetIdsToLookUp, idsToLookUp, lookupAddress, mostInAddress } from '../../state/looked-up.ts';
import { useLookup } from '../../state/use-lookup.ts';
import { useSearchHits } from '../../state/use-search-hits.ts';
import { lookupText as text } from '../../text/lookup.ts';
import { LookupResults } from './lookup-results.tsx';
import { rowsOf } from './lookup-rows.ts';

const select =
  'principalId,clientId,kind,identityId,state,virtualMachineCount,virtualMachines,roleAssignmentCount,highestPrivilege';
/** So few ids that no principal has are searched for, too: they may be VM ids. */
const mostSearched = 20;

/** Whose many ids are. */
export function Lookup() {
  const ids = idsToLookUp();
  const guids = useMemo(() => ids.filter((id) => !id.startsWith('/')), [ids.join(' ')]);
  const lookup = useLookup(guids, { select, maxmachines: 3 });
  const unknown = lookup.done ? guids.filter((_, index) => lookup.value[index]?.state === 'neverSeen') : [];
  const searched = [...ids.filter((id) => id.startsWith('/')), ...(unknown.length <= mostSearched ? unknown : [])];
  const { hits, error } = useSearchHits(searched);
  const rows = rowsOf(ids, lookup.value, hits);
  const done = rows.filter(({ is }) => is !== 'pending').length;
  const known = rows.filter(({ is }) => is === 'principal' || is === 'other').length;
  const isDone = done === ids.length;
  useEffect(() => {
    if (isDone && ids.length > 0) announce(text.done(known, ids.length - known));
  }, [isDone, ids.join(' ')]);
  return (
    <div class="lookup">
      <h1>{text.title}</h1>
      {lookup.answer !== null && <Verdict of={lookup.answer} />}
      <PasteArea ids={ids} />
      {ids.length > mostInAddress && <p class="hint">{text.kept}</p>}
      {lookup.error !== null && <Failure error={lookup.error} of="principals-lookup" again={lookup.again} />}
      {error !== null && <Failure error={error} of="search" />}
      {ids.length > 0 && !isDone && (
        <p>
          <progress value={done} max={ids.length} aria-label={text.progress(done, ids.length)} />{' '}
          {text.progress(done, ids.length)}
        </p>
      )}
      {ids.length > 0 && (
        <LookupResults rows={rows} answer={lookup.answer} mayBeVmIds={unknown.length > mostSearched} />
      )}
    </div>
  );
}

function PasteArea({ ids }: { readonly ids: readonly string[] }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState(false);
  const [found, setFound] = useState<{ readonly ids: number; readonly repeated: number } | null>(null);
  const key = ids.join('\n');
  // Ids that came by the address are shown as text, too.
  useEffect(() => {
    if (area.current === null) return;
    if (readPasted(area.current.value).ids.join('\n') !== key) area.current.value = key;
  }, [key]);
  const lookUp = () => {
    const pasted = readPasted(area.current?.value ?? '');
    setProblem(pasted.ids.length === 0);
    setFound({ ids: pasted.ids.length, repeated: pasted.count - pasted.ids.length });
    if (pasted.ids.length > 0) go(lookupAddress(pasted.ids));
  };
  const clear = () => {
    if (area.current !== null) area.current.value = '';
    setProblem(false);
    setFound(null);
    forgetIdsToLookUp();
    go(lookupAddress([]));
    area.current?.focus();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        lookUp();
      }}
    >
      <p class="hint" id="lookup-explain">
        {text.explain}
      </p>
      <label>
        {text.label}
        <textarea
          ref={area}
          class="paste-area"
          spellcheck={false}
          autocomplete="off"
          aria-describedby="lookup-explain"
          aria-invalid={problem}
          onPaste={() => setTimeout(lookUp)}
        />
      </label>
      {problem && (
        <p class="notice failed" role="alert">
          {text.none}
        </p>
      )}
      <p class="toolbar">
        <button type="submit" class="primary">
          {text.lookUp}
        </button>
        {ids.length > 0 && (
          <button type="button" onClick={clear}>
            {text.clear}
          </button>
        )}
        {!problem && ids.length > 0 && (
          <span>{text.found(ids.length, found?.ids === ids.length ? found.repeated : 0)}</span>
        )}
      </p>
    </form>
  );
}
