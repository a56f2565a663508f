import { useState } from 'preact/hooks';
import { AccessCoverageNote } from '../../parts/access/access-coverage.tsx';
import { reachOf } from '../../parts/access/reach-entries.ts';
import { ReachPicture } from '../../parts/access/reach-picture.tsx';
import { RolesTable } from '../../parts/access/roles-table.tsx';
import { Failure } from '../../parts/failure.tsx';
import { formatTime } from '../../parts/time.tsx';
import { useAnswer } from '../../state/use-answer.ts';
import { accessText as text } from '../../text/parts/access.ts';
import { principalText } from '../../text/principal.ts';
import { mostMachines, type SeenPrincipal } from './seen-principal.ts';
import { nameOf } from './sentence.tsx';

interface PrincipalAccessProps {
  readonly principal: SeenPrincipal;
  readonly bySubscription: readonly { readonly subscriptionId: string; readonly count: number }[] | null;
  readonly subscriptionName: (id: string) => string;
  /** The run after which the changes of a role are listed. */
  readonly from: string;
}

/** What a principal may do: of the run, or what Azure says now, which knows roles through groups. */
export function PrincipalAccess({ principal, bySubscription, subscriptionName, from }: PrincipalAccessProps) {
  const { principalId } = principal;
  const [asksNow, setAsksNow] = useState(false);
  const live = useAnswer('principal', asksNow ? `principals/${principalId}` : null, { live: true, maxmachines: 0 });
  const isLive = asksNow && live.answer !== null;
  const shown = isLive && live.answer !== null ? live.answer : principal;
  const name = nameOf(principal);
  const identity = { principalId, name, detail: principalText.kinds[principal.kind], roles: shown.roleAssignments };
  const { entries, links } = reachOf(machinesOf(principal, bySubscription), [identity], subscriptionName, from);
  return (
    <>
      <h2>{text.title}</h2>
      <AccessCoverageNote of={shown.accessCoverage} />
      {isLive && <p class="notice">{text.now(formatTime(shown.asOf))}</p>}
      <ReachPicture entries={entries} links={links} />
      {shown.roleAssignments.length === 0 ? (
        <p>{shown.accessCoverage.direct === 'complete' ? text.noRolesComplete : text.noRoles}</p>
      ) : (
        <RolesTable
          label={text.title}
          roles={shown.roleAssignments.map((role) => ({ ...role, principalId, identityName: name }))}
          subscriptionName={subscriptionName}
        />
      )}
      {asksNow && live.error !== null && <Failure error={live.error} of="principal" again={live.again} />}
      <p>
        <button type="button" onClick={() => setAsksNow(!isLive)} aria-disabled={asksNow && live.loading}>
          {isLive ? text.backToRun : asksNow && live.loading ? text.asking : text.askNow}
        </button>
      </p>
    </>
  );
}

/** One entry for each machine, or for each subscription where the answer does not have all machines. */
function machinesOf(
  { virtualMachines, virtualMachineCount }: SeenPrincipal,
  bySubscription: PrincipalAccessProps['bySubscription'],
) {
  if (virtualMachineCount > mostMachines) {
    return (bySubscription ?? []).map((one) => ({ ...one, id: `subscription ${one.subscriptionId}` }));
  }
  const now = virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  return now.map(({ id, subscriptionId }) => ({ id, subscriptionId, count: 1 }));
}
