import type { VirtualMachine } from '../../api/types.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Name, visible } from '../../parts/name.tsx';
import type { Column } from '../../parts/rows/rows.tsx';
import { Time } from '../../parts/time.tsx';
import { linkTo } from '../../state/address.ts';
import { machinesText as text } from '../../text/machines.ts';

/** The columns of the table of machines. The principal id comes second: it is what people came for. */
export const machineColumns: readonly Column<VirtualMachine>[] = [
  { name: 'name', title: text.titles.name, orderBy: 'name', cell: (machine) => <NameCell machine={machine} /> },
  { name: 'principalIds', title: text.titles.principalIds, cell: ({ principalIds }) => <Ids ids={principalIds} /> },
  {
    name: 'subscription',
    title: text.titles.subscription,
    orderBy: 'subscriptionId',
    cell: ({ subscriptionName }) => <Text>{subscriptionName}</Text>,
  },
  {
    name: 'resourceGroup',
    title: text.titles.resourceGroup,
    cell: ({ resourceGroup }) => <Text>{resourceGroup}</Text>,
  },
  {
    name: 'location',
    title: text.titles.location,
    orderBy: 'location',
    cell: ({ location }) => <Text>{location}</Text>,
  },
  { name: 'vmSize', title: text.titles.vmSize, cell: ({ vmSize }) => <Text>{vmSize ?? ''}</Text> },
  { name: 'osType', title: text.titles.osType, cell: ({ osType }) => <Text>{osType ?? ''}</Text> },
  {
    name: 'powerState',
    title: text.titles.powerState,
    cell: ({ powerState }) => <Text>{(powerState ?? '').replace('PowerState/', '')}</Text>,
  },
  { name: 'identityType', title: text.titles.identityType, cell: ({ identity }) => text.identityTypes[identity.type] },
  { name: 'lastSeen', title: text.titles.lastSeen, cell: (machine) => <Time at={machine.lastSeen} relative /> },
];

function NameCell({ machine: { id, name, lastSeen, stale, deletedAt } }: { readonly machine: VirtualMachine }) {
  return (
    <>
      <a href={linkTo('machines', id)} data-row-link title={visible(id)}>
        <Name>{name}</Name>
      </a>
      {stale && (
        <span class="badge">
          {text.lastSeen} <Time at={lastSeen} relative />
        </span>
      )}
      {deletedAt !== null && (
        <span class="badge">
          {text.deletedAt} <Time at={deletedAt} relative />
        </span>
      )}
    </>
  );
}

function Ids({ ids }: { readonly ids: readonly string[] }) {
  const [first, ...others] = ids;
  if (first === undefined) return <span class="faint">{text.noPrincipal}</span>;
  return (
    <span class="id">
      <a href={linkTo('principals', first)} class="mono">
        {first}
      </a>
      <CopyButton text={first} label={text.copyPrincipalId} />
      {others.length > 0 && <span title={others.join('\n')}>+{others.length}</span>}
    </span>
  );
}

function Text({ children }: { readonly children: string }) {
  return (
    <span title={visible(children)}>
      <Name>{children}</Name>
    </span>
  );
}
