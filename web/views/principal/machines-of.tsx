import { Name } from '../../parts/name.tsx';
import { type Column, Rows } from '../../parts/rows/rows.tsx';
import { Time } from '../../parts/time.tsx';
import { linkTo } from '../../state/address.ts';
import { shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { principalText as text } from '../../text/principal.ts';
import { mostMachines, type SeenPrincipal } from './seen-principal.ts';

type Period = SeenPrincipal['virtualMachines'][number];

/** The machines that have the principal now, then those that had it. */
export function MachinesOf({
  principal: { virtualMachines, virtualMachineCount, principalId },
  subscriptionName,
}: {
  readonly principal: SeenPrincipal;
  readonly subscriptionName: (id: string) => string;
}) {
  const columns: readonly Column<Period>[] = [
    {
      name: 'machine',
      title: text.machine,
      cell: ({ id, name }) => (
        <a href={linkTo('machines', id)}>
          <Name>{name}</Name>
        </a>
      ),
    },
    {
      name: 'subscription',
      title: text.subscription,
      cell: ({ subscriptionId }) => <Name>{subscriptionName(subscriptionId)}</Name>,
    },
    { name: 'from', title: text.attachedFrom, cell: ({ attachedFrom }) => <Time at={attachedFrom} /> },
    {
      name: 'until',
      title: text.detachedAt,
      cell: ({ detachedAt }) => (detachedAt === null ? text.now : <Time at={detachedAt} />),
    },
  ];
  return (
    <>
      <h2>{text.machines}</h2>
      {virtualMachines.length === 0 && <p>{text.noMachines}</p>}
      {virtualMachineCount > mostMachines && (
        <p class="notice">
          {text.firstOf(virtualMachines.length, virtualMachineCount)}{' '}
          <a href={linkTo('machines', '', { type: 'any', principalId })}>{text.allMachines}</a>
        </p>
      )}
      {virtualMachines.length > 0 && (
        <Rows
          label={text.machines}
          columns={columns}
          count={virtualMachines.length}
          rowAt={(index) => virtualMachines[index] ?? null}
          idOf={({ id, attachedFrom }) => `${id} ${attachedFrom}`}
          busy={false}
        />
      )}
    </>
  );
}

interface InSubscription {
  readonly subscriptionId: string;
  readonly count: number;
}

/** How many machines have the principal now in each subscription; null while unknown. */
export function useMachinesBySubscription(principal: SeenPrincipal): readonly InSubscription[] | null {
  const { virtualMachines, virtualMachineCount, principalId } = principal;
  const isCut = virtualMachineCount > mostMachines;
  const query = { type: 'any', principalId, facet: 'subscriptionId', asOf: shownRun.value };
  const { answer } = useAnswer('virtual-machines-facets', isCut ? 'virtualMachines/facets' : null, query);
  if (isCut) {
    const values = answer?.facets.subscriptionId ?? null;
    return values?.map(({ value, count }) => ({ subscriptionId: value, count })) ?? null;
  }
  const now = virtualMachines.filter(({ detachedAt }) => detachedAt === null);
  return [...Map.groupBy(now, (one) => one.subscriptionId.toLowerCase())].map(([subscriptionId, of]) => ({
    subscriptionId,
    count: of.length,
  }));
}
