import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/api-error.ts';
import type { SearchHit } from '../api/types.ts';
import { announce } from '../parts/announce.tsx';
import { Icon } from '../parts/icon.tsx';
import { Name } from '../parts/name.tsx';
import { readPasted } from '../pasted/pasted.ts';
import { address, go } from '../state/address.ts';
import { limitPassed, search } from '../state/search.ts';
import { searchText } from '../text/frame/search.ts';
import { hashOf, hashOfIds, hashOfText } from './search-target.ts';

const debounceMs = 150;

/**
 * Accepts whatever a log contains. A combobox: the focus stays in the field, and the arrows choose a hit.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function SearchBox() {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [hits, setHits] = useState<readonly SearchHit[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [chosen, setChosen] = useState(0);
  const { ids, text: words } = useMemo(() => readPasted(text), [text]);
  const limit = ids.length === 0 ? limitPassed(words) : null;
  const asks = ids.length === 0 && words.length >= 2 && limit === null;
  // Ends the question of the last Enter.
  const entered = useRef(new AbortController());

  useEffect(() => {
    setHits(null);
    setFailure(limit === null ? null : searchText.tooLong([...words].length, limit));
    setChosen(0);
    if (!asks) return;
    const ended = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { value } = await search(words, ended.signal);
        setHits(value);
        announce(searchText.found(value.length));
      } catch (error) {
        if (ended.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setFailure(error.message);
      }
    }, debounceMs);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [text, asks]);

  const leave = (hash: string) => {
    setText('');
    field.current?.blur();
    go(hash);
    document.getElementById('main')?.focus();
  };
  /** Leaves for what a question finds, unless the user has gone elsewhere meanwhile. */
  const leaveFor = async (find: (signal: AbortSignal) => Promise<string>) => {
    entered.current.abort();
    const ended = new AbortController();
    entered.current = ended;
    const from = address.value;
    try {
      const hash = await find(ended.signal);
      if (!ended.signal.aborted && address.value === from) leave(hash);
    } catch (error) {
      if (ended.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setFailure(error.message);
    }
  };
  const enter = (event: Event) => {
    event.preventDefault();
    const hit = hits?.[chosen];
    if (hit !== undefined) leave(hashOf(hit));
    else if (ids.length > 0) leaveFor((signal) => hashOfIds(ids, signal));
    else if (asks) leaveFor((signal) => hashOfText(words, signal));
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const last = (hits?.length ?? 0) - 1;
    if (event.key === 'ArrowDown') setChosen(Math.min(last, chosen + 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1));
    else if (event.key === 'Escape' && (hits !== null || failure !== null)) {
      setHits(null);
      setFailure(null);
    } else if (event.key === 'Escape') setText('');
    else return;
    event.preventDefault();
  };
  const paste = (event: ClipboardEvent) => {
    // A field of one line drops line breaks, which separate ids.
    const pasted = event.clipboardData?.getData('text') ?? '';
    if (!pasted.includes('\n')) return;
    event.preventDefault();
    const found = readPasted(pasted).ids;
    if (found.length > 0) leaveFor((signal) => hashOfIds(found, signal));
    else setText(pasted.replaceAll(/\s+/g, ' '));
  };

  const open = hits !== null || failure !== null || ids.length > 0;
  return (
    <search class="search-box">
      <form onSubmit={enter}>
        <Icon name="search" />
        <input
          ref={field}
          id="search"
          type="search"
          // biome-ignore lint/a11y/noRedundantRoles: without a list, the role of the field is searchbox
          role="combobox"
          list={undefined}
          autocomplete="off"
          spellcheck={false}
          aria-label={searchText.label}
          aria-keyshortcuts="/"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls="search-hits"
          aria-activedescendant={hits !== null && hits.length > 0 ? `search-hit-${chosen}` : undefined}
          placeholder={searchText.placeholder}
          value={text}
          onInput={(event) => {
            entered.current.abort();
            setText(event.currentTarget.value);
          }}
          onKeyDown={keyDown}
          onPaste={paste}
          onBlur={() => setHits(null)}
        />
      </form>
      <div class="search-panel" hidden={!open}>
        {ids.length > 0 && <p class="hint">{searchText.enterOpens(ids.length)}</p>}
        {failure !== null && <p role="alert">{failure}</p>}
        {hits?.length === 0 && <p class="hint">{searchText.nothing}</p>}
        <div id="search-hits" role="listbox" aria-label={searchText.hits}>
          {(hits ?? []).map((hit, index) => (
            <Hit
              key={`${hit.kind} ${hit.id}`}
              hit={hit}
              index={index}
              isFirstOfKind={hits?.[index - 1]?.kind !== hit.kind}
              isChosen={index === chosen}
              open={() => leave(hashOf(hit))}
            />
          ))}
        </div>
      </div>
    </search>
  );
}

function Hit({
  hit,
  index,
  isFirstOfKind,
  isChosen,
  open,
}: {
  readonly hit: SearchHit;
  readonly index: number;
  readonly isFirstOfKind: boolean;
  readonly isChosen: boolean;
  readonly open: () => void;
}) {
  // The focus stays in the field, which handles the keys.
  const keepFocus = (event: MouseEvent) => event.preventDefault();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
    <div
      id={`search-hit-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      class="search-hit"
      onMouseDown={keepFocus}
      onClick={open}
    >
      {isFirstOfKind && <span class="search-kind">{searchText.kinds[hit.kind]}</span>}
      <span class="search-label">
        <Name>{hit.label}</Name>
      </span>
      <span class="search-detail">
        <Name>{hit.detail}</Name> · {searchText.matches[hit.match]}
      </span>
    </div>
  );
}
