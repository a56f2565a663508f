import type { VirtualMachineById } from '../../api/types.ts';
import { Failure } from '../../parts/failure.tsx';
import { ChangesOf, FindingsOf, useChangesOf } from '../../parts/history/history-of.tsx';
import { Icon } from '../../parts/icon.tsx';
import { lastSegment, Name, visible } from '../../parts/name.tsx';
import { formatTime } from '../../parts/time.tsx';
import { missingParts, Verdict } from '../../parts/verdict.tsx';
import { shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useLookup } from '../../state/use-lookup.ts';
import { useSubscriptionNames } from '../../state/use-subscription-names.ts';
import { machineText as text } from '../../text/machine.ts';
import { principalText } from '../../text/principal.ts';
import { stateText } from '../../text/states.ts';
import { AzureNow } from './azure-now.tsx';
import { MachineAccess } from './machine-access.tsx';
import { MachineFacts, MachineState, Tags } from './machine-facts.tsx';
import { identitiesOf, MachineIdentities } from './machine-identities.tsx';
import { useMachine } from './use-machine.ts';

/** One machine: what it is, which identities it has, what it may do, what changed. */
export function Machine({ id }: { readonly id: string }) {
  const { address, machine, neverSeen, error, loading, again } = useMachine(id);
  return (
    <>
      <h1>
        <bdi>{visible(machine?.name ?? lastSegment(id))}</bdi>
      </h1>
      {address === null && <p class="notice">{text.notAnId}</p>}
      {error !== null && <Failure error={error} of="virtual-machine" again={again} />}
      {neverSeen && <NeverSeenMachine id={id} />}
      {address !== null && machine === null && !neverSeen && error === null && (
        <p class="loading">{stateText.loading}</p>
      )}
      {machine !== null && !neverSeen && (
        <div aria-busy={loading}>
          <Seen machine={machine} path={address?.by === 'id' ? address.path : null} />
        </div>
      )}
    </>
  );
}

const mostPrincipalsAsked = 10;

function Seen({ machine, path }: { readonly machine: VirtualMachineById; readonly path: string | null }) {
  const { id, type, resourceGroup, subscriptionName, location, principalIds } = machine;
  const nameOfSubscription = useSubscriptionNames();
  const history = useChangesOf({ resourceId: id });
  const lookup = useLookup(principalIds, { maxmachines: 0 });
  const identities = identitiesOf(machine, lookup.value);
  const tenantId =
    identities.find(({ principal }) => principal !== null)?.principal?.tenantId ?? machine.identity.tenantId;
  const ofPrincipals = principalIds.slice(0, mostPrincipalsAsked).map((principalId) => ({ principalId }));
  return (
    <>
      <Verdict of={machine} />
      <p class="lead">
        <Name>{text.lead(text.kinds[type], resourceGroup, subscriptionName, location)}</Name>
      </p>
      <MachineState machine={machine} changes={history.changes} />
      {lookup.error !== null && <Failure error={lookup.error} of="principals-lookup" again={lookup.again} />}
      <MachineIdentities identities={identities} />
      <MachineAccess
        machine={machine}
        identities={identities}
        subscriptionName={nameOfSubscription}
        from={history.from}
      />
      <MachineFacts machine={machine} tenantId={tenantId} />
      <Tags of={machine.tags} />
      {path !== null && <AzureNow machine={machine} path={path} />}
      <FindingsOf queries={[{ resourceId: id }, ...ofPrincipals]} />
      <ChangesOf history={history} query={{ resourceId: id }} />
    </>
  );
}

/** Never says that a machine does not exist: what was not read may have it. */
function NeverSeenMachine({ id }: { readonly id: string }) {
  const { answer, error, again } = useAnswer('summary', 'summary', { asOf: shownRun.value });
  if (error !== null) return <Failure error={error} of="summary" again={again} />;
  if (answer === null) return null;
  const missing = missingParts(answer);
  return (
    <>
      <Verdict of={answer} />
      <section class="notice">
        <h2>
          <Icon name="search" /> {text.neverSeenTitle}
        </h2>
        <p>
          <code>
            <Name>{id}</Name>
          </code>
        </p>
        <p>
          {text.neverSeen(formatTime(answer.asOf))}
          {missing === '' ? `. ${principalText.nothingMissing}.` : principalText.missing(missing)}
        </p>
      </section>
    </>
  );
}
