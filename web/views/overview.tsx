import type { ComponentChildren } from 'preact';
import type { Summary } from '../api/types.ts';
import { Failure } from '../parts/failure.tsx';
import { IdentityBar } from '../parts/identity-bar.tsx';
import { Name } from '../parts/name.tsx';
import { RunLine } from '../parts/run-line.tsx';
import { Verdict } from '../parts/verdict.tsx';
import { linkTo } from '../state/address.ts';
import { shownRun } from '../state/shown-run.ts';
import { useAnswer } from '../state/use-answer.ts';
import { changeKinds } from '../text/change-kinds.ts';
import { frameText } from '../text/frame/frame.ts';
import { overviewText as text } from '../text/overview.ts';
import { stateText } from '../text/states.ts';

/** The state of everything at one glance. */
export function Overview() {
  const { answer, error, loading, again } = useAnswer('summary', 'summary', { asOf: shownRun.value });
  return (
    <>
      <h1>{frameText.views['']}</h1>
      {error !== null && <Failure error={error} of="summary" again={again} />}
      {answer !== null && (
        <div aria-busy={loading}>
          <Verdict of={answer} reason={answer.reason} />
          <Gaps of={answer} />
          <Tiles of={answer} />
          <section>
            <h2>{text.line}</h2>
            <RunLine runs={answer.runs} />
          </section>
          <section>
            <h2>{text.identityTypes}</h2>
            <IdentityBar counts={answer.machines.byIdentityType} />
          </section>
          <p>
            <a href={linkTo('lookup')}>{text.ask}</a>
          </p>
        </div>
      )}
    </>
  );
}

/** The first five of each: the rest is one link away. */
function Gaps({ of: { gaps, blindSpots } }: { readonly of: Summary }) {
  if (gaps.length === 0 && (blindSpots ?? []).length === 0) return null;
  return (
    <ul class="gaps">
      {gaps.map((gap) => (
        <li key={gap.subscriptionId}>
          <a href={linkTo('coverage', '', { status: gap.status })}>
            <Name>{gap.displayName}</Name>
          </a>{' '}
          {stateText.statuses[gap.status]}
          {gap.reason === null ? '' : `, ${gap.reason.code}`}
        </li>
      ))}
      {(blindSpots ?? []).map((spot) => (
        <li key={spot.subscriptionId}>
          <a href={linkTo('coverage')}>
            <Name>{spot.displayName ?? spot.subscriptionId}</Name>
          </a>{' '}
          {text.blindSpot}
        </li>
      ))}
    </ul>
  );
}

function Tiles({ of }: { readonly of: Summary }) {
  const { machines, principals, findings, changes, coverage, complete } = of;
  const total = machines.virtualMachines + machines.scaleSets + machines.arcMachines;
  const changed = Object.entries(changes).filter(([, number]) => number > 0);
  const atLeast = complete ? '' : `${stateText.atLeast} `;
  return (
    <ul class="tiles">
      <Tile title={text.machines} number={total} before={atLeast} href={linkTo('machines', '', { type: 'any' })}>
        <TileLink href={linkTo('machines')} number={machines.virtualMachines} label={text.virtualMachines} />
        <TileLink
          href={linkTo('machines', '', { type: 'scaleSets' })}
          number={machines.scaleSets}
          label={text.scaleSets}
        />
        <TileLink href={linkTo('machines', '', { type: 'arc' })} number={machines.arcMachines} label={text.arc} />
        <TileLink
          href={linkTo('machines', '', { type: 'any', stale: 'true' })}
          number={machines.stale}
          label={text.stale}
        />
      </Tile>
      <Tile
        title={text.principals}
        number={principals.attached}
        before={atLeast}
        href={linkTo('principals', '', { state: 'attached' })}
      />
      <Tile
        title={text.findings}
        number={findings.high + findings.medium + findings.low}
        before={atLeast}
        href={linkTo('findings')}
      >
        {(['high', 'medium', 'low'] as const).map((severity) => (
          <TileLink
            key={severity}
            href={linkTo('findings', '', { severity })}
            number={findings[severity]}
            label={text.severities[severity]}
          />
        ))}
        <li>
          {findings.accepted.toLocaleString()} {text.accepted}
        </li>
      </Tile>
      <Tile
        title={text.changes}
        number={changed.reduce((sum, [, number]) => sum + number, 0)}
        before={atLeast}
        href={linkTo('changes')}
      >
        {changed.slice(0, 4).map(([kind, number]) => (
          <TileLink
            key={kind}
            href={linkTo('changes', '', { kind })}
            number={number}
            label={changeKinds[kind] ?? kind}
          />
        ))}
      </Tile>
      <Tile
        title={text.subscriptions}
        number={coverage.complete + coverage.partial + coverage.failed + coverage.denied + coverage.skipped}
        before=""
        href={linkTo('coverage')}
      >
        {(['denied', 'failed', 'partial', 'skipped', 'complete'] as const)
          .filter((status) => coverage[status] > 0)
          .map((status) => (
            <TileLink
              key={status}
              href={linkTo('coverage', '', { status })}
              number={coverage[status]}
              label={stateText.statuses[status]}
            />
          ))}
      </Tile>
    </ul>
  );
}

function Tile({
  title,
  number,
  before,
  href,
  children,
}: {
  readonly title: string;
  readonly number: number;
  readonly before: string;
  readonly href: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <li class="tile">
      <a href={href}>
        <span class="tile-title">{title}</span>
        <span class="tile-number">
          {before !== '' && <small>{before}</small>}
          {number.toLocaleString()}
        </span>
      </a>
      {children !== undefined && <ul>{children}</ul>}
    </li>
  );
}

function TileLink({ href, number, label }: { readonly href: string; readonly number: number; readonly label: string }) {
  if (number === 0) return null;
  return (
    <li>
      <a href={href}>
        {number.toLocaleString()} {label}
      </a>
    </li>
  );
}
