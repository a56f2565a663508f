import type { VirtualMachineById } from '../../api/types.ts';
import { AccessCoverageNote } from '../../parts/access/access-coverage.tsx';
import { reachOf } from '../../parts/access/reach-entries.ts';
import { ReachPicture } from '../../parts/access/reach-picture.tsx';
import { RolesTable } from '../../parts/access/roles-table.tsx';
import { accessText as text } from '../../text/parts/access.ts';
import { principalText } from '../../text/principal.ts';
import type { MachineIdentity } from './machine-identities.tsx';

/** What a machine may do through its identities. */
export function MachineAccess({
  machine: { id, subscriptionId },
  identities,
  subscriptionName,
  from,
}: {
  readonly machine: VirtualMachineById;
  readonly identities: readonly MachineIdentity[];
  readonly subscriptionName: (id: string) => string;
  /** The run after which the changes of a role are listed. */
  readonly from: string;
}) {
  const known = identities.flatMap(({ name, principal }) => (principal === null ? [] : [{ name, principal }]));
  const [first] = known;
  if (first === undefined) return null;
  // It says the same of all, but for data actions.
  const { accessCoverage } =
    known.find(({ principal }) => principal.accessCoverage.dataActions !== undefined)?.principal ?? first.principal;
  const reached = known.map(({ name, principal: { principalId, kind, roleAssignments } }) => ({
    principalId,
    name,
    detail: principalText.kinds[kind],
    roles: roleAssignments,
  }));
  const { entries, links } = reachOf([{ id, subscriptionId, count: 1 }], reached, subscriptionName, from);
  const roles = reached.flatMap((one) =>
    one.roles.map((role) => ({ ...role, principalId: one.principalId, identityName: one.name })),
  );
  return (
    <>
      <h2>{text.title}</h2>
      <AccessCoverageNote of={accessCoverage} />
      <ReachPicture entries={entries} links={links} />
      {roles.length === 0 ? (
        <p>{accessCoverage.direct === 'complete' ? text.noRolesComplete : text.noRoles}</p>
      ) : (
        <RolesTable label={text.title} roles={roles} subscriptionName={subscriptionName} />
      )}
    </>
  );
}
