import type { Finding } from '../api/types.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { DownloadMenu } from '../parts/download-menu.tsx';
import { EmptyList } from '../parts/empty-list.tsx';
import { Failure } from '../parts/failure.tsx';
import { FilterSelect, FilterText, filtersOf } from '../parts/filter-select.tsx';
import { lastSegment, Name } from '../parts/name.tsx';
import { Remediation } from '../parts/remediation.tsx';
import { MoreButton } from '../parts/rows/more-button.tsx';
import { useMore } from '../parts/rows/use-more.ts';
import { Time } from '../parts/time.tsx';
import { Verdict } from '../parts/verdict.tsx';
import { address, linkTo } from '../state/address.ts';
import { shownRun } from '../state/shown-run.ts';
import { useAnswer } from '../state/use-answer.ts';
import { findingsText as text } from '../text/findings.ts';
import { frameText } from '../text/frame/frame.ts';
import { filterText } from '../text/parts/filters.ts';
import { count, stateText } from '../text/states.ts';

/** What deserves a look, the worst first. */
export function Findings() {
  const filters = filtersOf(address.value.query);
  const list = useMore('findings', 'findings', { ...filters, asOf: shownRun.value, maxpagesize: 200 });
  const { first, rows } = list;
  const summary = useAnswer('summary', 'summary', { asOf: shownRun.value });
  const accepted = summary.answer?.findings.accepted ?? 0;
  return (
    <>
      <h1>{frameText.views.findings}</h1>
      {first !== null && <Verdict of={first} />}
      <div class="toolbar">
        <FilterSelect name="severity" label={filterText.severity} choices={filterText.severities} />
        <FilterSelect name="rule" label={filterText.rule} choices={text.rules} />
        <FilterText name="subscriptionId" label={filterText.subscriptionId} />
        <FilterSelect name="stale" label={filterText.stale} choices={filterText.stales} />
        <DownloadMenu report="findings" filters={filters} of={list.loading ? null : first} />
      </div>
      {accepted > 0 && <p>{text.accepted(accepted)}</p>}
      {list.error !== null && <Failure error={list.error} of="findings" again={list.again} />}
      {first === null && list.error === null && <p class="loading">{stateText.loading}</p>}
      {first !== null && rows.length === 0 && <EmptyList of={first} />}
      <div aria-busy={list.loading && rows.length > 0}>
        {groupsOf(rows).map(([key, group]) => (
          <Group key={key} findings={group} isWhole={!list.hasMore && first?.complete === true} />
        ))}
      </div>
      <MoreButton list={list} />
    </>
  );
}

/** The API lists findings by severity, then rule. */
function groupsOf(findings: readonly Finding[]): [string, Finding[]][] {
  return [...Map.groupBy(findings, ({ severity, rule }) => `${severity} ${rule}`)];
}

function Group({ findings, isWhole }: { readonly findings: readonly Finding[]; readonly isWhole: boolean }) {
  const [first] = findings;
  if (first === undefined) return null;
  return (
    <section>
      <h2>
        <span class={`severity ${first.severity}`}>{filterText.severities[first.severity]}</span>{' '}
        {text.rules[first.rule]}{' '}
        <small>
          {isWhole ? '' : `${stateText.atLeast} `}
          {count(findings.length, 'finding')}
        </small>
      </h2>
      <p class="hint">{text.meanings[first.rule]}</p>
      <ul class="findings">
        {findings.map((finding) => (
          <li key={`${finding.resourceId} ${finding.principalId}`} data-principal-id={finding.principalId}>
            <OneFinding finding={finding} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The app takes no entry without an end. */
const acceptedDays = 90;

/** One finding, also on the pages of its machine and its principal. */
export function OneFinding({ finding }: { readonly finding: Finding }) {
  const { resourceId, principalId, message, remediation, firstSeen, stale } = finding;
  const isMachine = /\/Microsoft\.Compute\/virtualMachines\//i.test(resourceId);
  return (
    <article class="finding">
      <p>
        <Name>{message}</Name>
      </p>
      <p class="finding-links">
        {isMachine && (
          <a href={linkTo('machines', resourceId)}>
            <Name>{lastSegment(resourceId)}</Name>
          </a>
        )}
        <a href={linkTo('principals', principalId)} class="mono" data-row-link>
          {principalId}
        </a>
        <span class="faint">
          {text.since} <Time at={firstSeen} />
        </span>
        {stale && <span class="badge">{text.stale}</span>}
      </p>
      <Remediation text={remediation} />
      <p class="hint">
        {text.acceptance(acceptedDays)} <CopyButton text={acceptanceOf(finding)} label={text.copyAcceptance} />
      </p>
    </article>
  );
}

/** The entry of `INVENTORY_ACCEPTED_FINDINGS` that accepts this finding and no other; the reader fills in why. */
function acceptanceOf({ rule, resourceId, principalId }: Finding): string {
  const expires = new Date(Date.now() + acceptedDays * 86_400_000).toISOString().slice(0, 10);
  return JSON.stringify({ rule, resourceId, principalId, reason: 'WHY', expires }, null, 2);
}
