import { Component, type ComponentChildren } from 'preact';
import type { ApiError } from '../api/api-error.ts';
import { address, go, linkTo, withQuery } from '../state/address.ts';
import { frameText } from '../text/frame.ts';
import { stateText } from '../text/states.ts';
import { Id } from './copy-button.tsx';
import { Icon } from './icon.tsx';
import { visible } from './name.tsx';

/** What a view shows instead of an answer. The API's own message and hint come unchanged. */
export function Failure({
  error,
  of,
  again,
}: {
  readonly error: ApiError;
  readonly of: string;
  readonly again?: () => void;
}) {
  if (error.code === 'InventoryNotReady') {
    return (
      <section class="notice">
        <h2>{stateText.notReadyTitle}</h2>
        <p>
          {stateText.notReady} <a href={linkTo('runs')}>{frameText.views.runs}</a>
        </p>
      </section>
    );
  }
  const target = error.target;
  const isFilter = error.status === 400 && target !== null && address.value.query.has(target);
  return (
    <section class="notice failed" role="alert">
      <h2>
        <Icon name="failed" /> {titleOf(error, of)}
      </h2>
      <p>{visible(error.message)}</p>
      {error.hints.map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
      {error.status >= 500 && error.requestId !== null && (
        <p>
          {stateText.requestId} <Id>{error.requestId}</Id>
        </p>
      )}
      {isFilter && (
        <button type="button" onClick={() => go(withQuery({ [target]: null }))}>
          {stateText.removeFilter} {target}
        </button>
      )}
      {again !== undefined && (
        <button type="button" onClick={again}>
          {stateText.tryAgain}
        </button>
      )}
    </section>
  );
}

function titleOf(error: ApiError, functionName: string): string {
  if (error.status === 401 || error.status === 403) return stateText.keyDoesNotOpen(functionName);
  if (error.status === 410) return stateText.gone;
  return error.status >= 500 && error.code === 'InternalError' ? stateText.failedTitle : error.code;
}

/** Catches what a view throws, so that the frame goes on working. */
export class ViewBoundary extends Component<{ readonly children: ComponentChildren }, { readonly failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <section class="notice failed" role="alert">
        <h2>{stateText.brokenView}</h2>
        <button type="button" onClick={() => location.reload()}>
          {frameText.reload}
        </button>
      </section>
    );
  }
}
