import { Component, type ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { mode } from '../api/access.ts';
import type { ApiError } from '../api/api-error.ts';
import { address, go, linkTo, withQuery } from '../state/address.ts';
import { loadNewest } from '../state/shown-run.ts';
import { useAnswer } from '../state/use-answer.ts';
import { frameText } from '../text/frame/frame.ts';
import { stateText } from '../text/states.ts';
import { Id } from './copy-button.tsx';
import { refusalId, refusedFilter } from './filter-select.tsx';
import { Icon } from './icon.tsx';
import { visible } from './name.tsx';
import { Time } from './time.tsx';

interface FailureProps {
  readonly error: ApiError;
  /** Name of the function that did not answer. */
  readonly of: string;
  readonly again?: (() => void) | undefined;
}

/** What a view shows instead of an answer. The API's own message and hint come unchanged. */
export function Failure(props: FailureProps) {
  if (props.error.code === 'InventoryNotReady') {
    return (
      <section class="notice">
        <h2>{stateText.notReadyTitle}</h2>
        <p>
          {stateText.notReady} <a href={linkTo('runs')}>{frameText.views.runs}</a>
        </p>
      </section>
    );
  }
  return <Refusal {...props} />;
}

function Refusal({ error, of, again }: FailureProps) {
  const { status, target } = error;
  const filter = status === 400 && target !== null && address.value.query.has(target) ? target : null;
  useEffect(() => {
    refusedFilter.value = filter;
    return () => {
      refusedFilter.value = null;
    };
  }, [filter]);
  return (
    <section class="notice failed" role="alert" id={filter === null ? undefined : refusalId}>
      <h2>
        <Icon name="failed" /> {titleOf(error, of)}
      </h2>
      <p>{visible(error.message)}</p>
      {error.hints.map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
      {status === 410 && <HistoryEnds again={again} />}
      {status >= 500 && error.requestId !== null && (
        <p>
          {stateText.requestId} <Id>{error.requestId}</Id>
        </p>
      )}
      {filter !== null && (
        <button type="button" onClick={() => go(withQuery({ [filter]: null }))}>
          {stateText.removeFilter} {filter}
        </button>
      )}
      {again !== undefined && status !== 410 && (
        <button type="button" onClick={again}>
          {stateText.tryAgain}
        </button>
      )}
    </section>
  );
}

function titleOf({ status, code }: ApiError, functionName: string): string {
  if (status === 401 || status === 403)
    return (mode === 'keys' ? stateText.keyDoesNotOpen : stateText.mayNotUse)(functionName);
  if (status === 410) return stateText.gone;
  return status === 500 ? stateText.failedTitle : code;
}

/** The run of the list is no longer in the inventory. Nothing moves before the user asks for it. */
function HistoryEnds({ again }: Pick<FailureProps, 'again'>) {
  const { answer } = useAnswer('summary', 'summary');
  const oldest = answer?.runs[0];
  const startOver = async () => {
    go(withQuery({ asOf: null }));
    await loadNewest();
    again?.();
  };
  return (
    <p>
      {oldest !== undefined && (
        <>
          {stateText.oldest} <Time at={oldest.finishedAt} />.{' '}
        </>
      )}
      <button type="button" onClick={startOver}>
        {stateText.startOver}
      </button>
    </p>
  );
}

interface ViewBoundaryProps {
  readonly children: ComponentChildren;
  /** What is shown: another value tries again. */
  readonly of: string;
}

/** Catches what a view throws, so that the frame goes on working. */
export class ViewBoundary extends Component<ViewBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override componentDidUpdate({ of }: ViewBoundaryProps): void {
    if (this.state.failed && of !== this.props.of) this.setState({ failed: false });
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
