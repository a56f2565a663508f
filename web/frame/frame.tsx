import { useEffect, useReducer, useState } from 'preact/hooks';
import { access } from '../api/access.ts';
import { offline, putOff } from '../api/client.ts';
import { LiveRegion } from '../parts/announce.tsx';
import { Failure, ViewBoundary } from '../parts/failure.tsx';
import { Icon } from '../parts/icon.tsx';
import { visible } from '../parts/name.tsx';
import { formatTime } from '../parts/time.tsx';
import { address, linkTo } from '../state/address.ts';
import type { View } from '../state/hash.ts';
import { loadNewest, newerRun, newest, newestError, newVersion } from '../state/shown-run.ts';
import { frameText } from '../text/frame/frame.ts';
import { rowsText } from '../text/parts/rows.ts';
import { stateText } from '../text/states.ts';
import { NoRunYet } from '../views/runs/no-run-yet.tsx';
import { views } from '../views/views.ts';
import { AccessDialog } from './access-dialog.tsx';
import { Menu } from './menu.tsx';
import { NoSuchRun, PastRibbon, useMissingRun } from './past-run.tsx';
import { RunPicker } from './run-picker.tsx';
import { SearchBox } from './search-box.tsx';
import { ShareMenu } from './share-menu.tsx';
import { Shortcuts } from './shortcuts.tsx';

/** Everything around a view, and the view that the address names. */
export function Frame() {
  const { view, id, query, unknown } = address.value;
  const missing = useMissingRun();
  useEffect(() => {
    document.title = `${id === '' ? frameText.views[view] : id.split('/').at(-1)} – ${frameText.product}`;
  }, [view, id]);
  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {frameText.skip}
      </button>
      <header class="frame-header">
        <a class="product" href={linkTo('')}>
          {frameText.product}
        </a>
        <SearchBox />
        <RunPicker />
        <ShareMenu />
        <Menu />
      </header>
      <Bars />
      <div class="frame-body">
        <Navigation />
        <main id="main" tabIndex={-1}>
          <PastRibbon />
          <Filters />
          {unknown.length > 0 && <p class="notice">{frameText.unknownNames(unknown)}</p>}
          <ViewBoundary key={`${view} ${id}`} of={query.toString()}>
            {missing !== null && !withoutInventory.has(view) ? (
              <NoSuchRun error={missing} />
            ) : (
              <Content view={view} id={id} />
            )}
          </ViewBoundary>
        </main>
      </div>
      <LiveRegion />
      <Shortcuts />
      {access.value !== 'open' && <AccessDialog />}
    </>
  );
}

/** Those that show something before there is an inventory. */
const withoutInventory: ReadonlySet<View> = new Set(['runs', 'about']);

/** The view, or why there is nothing that it could show. */
function Content({ view, id }: { readonly view: View; readonly id: string }) {
  const View = views[view];
  const error = newestError.value;
  if (newest.value !== null || (error !== null && withoutInventory.has(view))) return <View id={id} />;
  if (error === null) return <p class="loading">{stateText.loading}</p>;
  if (error.code === 'InventoryNotReady') return <NoRunYet />;
  return <Failure error={error} of="summary" again={loadNewest} />;
}

/** A button, because the hash is the address of the view. */
function skipToContent(): void {
  document.getElementById('main')?.focus();
}

const navigation = [
  '',
  'machines',
  'principals',
  'lookup',
  'changes',
  'findings',
  'coverage',
  'runs',
  'about',
] as const;

/** Below 800 pixels it is a button. */
function Navigation() {
  const [open, setOpen] = useState(false);
  const { view } = address.value;
  // It closes when it has led somewhere.
  useEffect(() => setOpen(false), [view]);
  return (
    <nav class="frame-navigation" aria-label={frameText.navigation}>
      <button
        type="button"
        class="navigation-button"
        aria-expanded={open}
        aria-controls="navigation"
        onClick={() => setOpen(!open)}
      >
        <Icon name="menu" /> {frameText.navigation}
      </button>
      <ul id="navigation" class={open ? 'open' : undefined}>
        {navigation.map((one) => (
          <li key={one}>
            <a href={linkTo(one)} aria-current={one === view ? 'page' : undefined}>
              {frameText.views[one]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** One line each, for what concerns every view. */
function Bars() {
  const { at = null, error } = putOff.value ?? {};
  const [, tick] = useReducer((ticks: number) => ticks + 1, 0);
  useEffect(() => {
    if (at === null) return;
    const timer = setInterval(() => tick(undefined), 1000);
    return () => clearInterval(timer);
  }, [at]);
  return (
    <div class="bars" aria-live="polite">
      {offline.value && <p class="bar warning">{frameText.offline}</p>}
      {error !== undefined && at !== null && (
        <p class="bar warning">
          {[error.message, ...error.hints].map(visible).join('. ')}.{' '}
          {frameText.retryIn(Math.max(1, Math.round((at - Date.now()) / 1000)))}
        </p>
      )}
      {newest.value !== null && newestError.value !== null && (
        <p class="bar warning">{visible(newestError.value.message)}</p>
      )}
      {newVersion.value && (
        <p class="bar">
          {frameText.newVersion}{' '}
          <button type="button" class="link" onClick={() => location.reload()}>
            {frameText.reload}
          </button>
        </p>
      )}
      {newerRun.value !== null && (
        <p class="bar">
          <button type="button" class="link" onClick={loadNewest} title={formatTime(newerRun.value)}>
            {frameText.newerRun}
          </button>
        </p>
      )}
    </div>
  );
}

/** On paper, words say which filters are on. */
function Filters() {
  const filters = [...address.value.query].filter(([name]) => name !== 'asOf');
  if (filters.length === 0) return null;
  return (
    <p class="on-paper">
      {rowsText.filtersOn} <bdi>{visible(filters.map(([name, value]) => `${name}: ${value}`).join(', '))}</bdi>
    </p>
  );
}
