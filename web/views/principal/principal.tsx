import { Failure } from '../../parts/failure.tsx';
import { ChangesOf, FindingsOf, useChangesOf } from '../../parts/history/history-of.tsx';
import { TimeLine } from '../../parts/history/time-line.tsx';
import { visible } from '../../parts/name.tsx';
import { Verdict } from '../../parts/verdict.tsx';
import { shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useSubscriptionNames } from '../../state/use-subscription-names.ts';
import { historyText } from '../../text/parts/history.ts';
import { stateText } from '../../text/states.ts';
import { Credentials } from './credentials.tsx';
import { IdentityFacts } from './identity-facts.tsx';
import { MachinesOf, useMachinesBySubscription } from './machines-of.tsx';
import { NeverSeen } from './never-seen.tsx';
import { PrincipalAccess } from './principal-access.tsx';
import { mostMachines, type SeenPrincipal } from './seen-principal.ts';
import { nameOf, Sentence } from './sentence.tsx';
import { StateMeaning } from './state-meaning.tsx';

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whose an id is: a principal id or a client id. Of another id it says what it stands for. */
export function Principal({ id }: { readonly id: string }) {
  const isGuid = guid.test(id);
  const query = { asOf: shownRun.value, maxmachines: mostMachines, expand: 'permissions' };
  const { answer, error, loading, again } = useAnswer('principal', isGuid ? `principals/${id}` : null, query);
  if (!isGuid || error?.code === 'PrincipalNotFound') return <NeverSeen id={id} />;
  return (
    <>
      {answer === null && (
        <h1>
          <code>{id}</code>
        </h1>
      )}
      {error !== null && <Failure error={error} of="principal" again={again} />}
      {answer === null && error === null && <p class="loading">{stateText.loading}</p>}
      {answer !== null && answer.runId !== null && (
        <div aria-busy={loading}>
          <Seen principal={answer} id={id} />
        </div>
      )}
    </>
  );
}

function Seen({ principal, id }: { readonly principal: SeenPrincipal; readonly id: string }) {
  const subscriptionName = useSubscriptionNames();
  const history = useChangesOf({ principalId: principal.principalId });
  const bySubscription = useMachinesBySubscription(principal);
  const { principalId, virtualMachines } = principal;
  return (
    <>
      <h1>
        <bdi>{visible(nameOf(principal))}</bdi>
      </h1>
      <Verdict of={principal} />
      <Sentence principal={principal} subscriptions={bySubscription?.length ?? null} />
      <StateMeaning principal={principal} changes={history.changes} />
      <IdentityFacts principal={principal} askedId={id} />
      {virtualMachines.length > 0 && <h2>{historyText.timeLine}</h2>}
      <TimeLine
        periods={virtualMachines.map((one) => ({ ...one, machineId: one.id }))}
        changes={history.changes}
        runs={history.runs}
        asOf={principal.asOf}
      />
      <PrincipalAccess
        principal={principal}
        bySubscription={bySubscription}
        subscriptionName={subscriptionName}
        from={history.from}
      />
      {principal.kind === 'UserAssigned' && <Credentials of={principal.federatedCredentials} />}
      <FindingsOf queries={[{ principalId }]} />
      <ChangesOf history={history} query={{ principalId }} />
      <MachinesOf principal={principal} subscriptionName={subscriptionName} />
    </>
  );
}
