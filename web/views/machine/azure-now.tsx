import { useState } from 'preact/hooks';
import type { VirtualMachineById } from '../../api/types.ts';
import { Difference } from '../../parts/difference.tsx';
import { differencesOf } from '../../parts/differences.ts';
import { Failure } from '../../parts/failure.tsx';
import { formatTime } from '../../parts/time.tsx';
import { useAnswer } from '../../state/use-answer.ts';
import { machineText as text } from '../../text/machine.ts';

/** Asks Azure for a machine, and shows field by field what the run has otherwise. */
export function AzureNow({ machine, path }: { readonly machine: VirtualMachineById; readonly path: string }) {
  const [asks, setAsks] = useState(false);
  const { answer, error, loading, again } = useAnswer('virtual-machine', asks ? path : null, { live: true });
  const ask = () => {
    if (!asks) setAsks(true);
    else if (!loading) again();
  };
  const isGone = error?.code === 'ResourceNotFound';
  return (
    <section class="azure-now" aria-live="polite">
      <p>
        <button type="button" onClick={ask} aria-disabled={asks && loading}>
          {asks && loading ? text.asking : text.askNow}
        </button>
      </p>
      {isGone && <p class="notice">{text.nowGone}</p>}
      {error !== null && !isGone && <Failure error={error} of="virtual-machine" again={again} />}
      {answer !== null && error === null && <Differences run={machine} azure={answer} />}
    </section>
  );
}

function Differences({ run, azure }: { readonly run: VirtualMachineById; readonly azure: VirtualMachineById }) {
  const time = formatTime(azure.asOf);
  const [before, after] = [
    ofAzure(run, run.powerState),
    ofAzure(azure, run.powerState === null ? null : azure.powerState),
  ];
  if (differencesOf(before, after).length === 0) return <p class="notice">{text.nowSame(time)}</p>;
  return (
    <>
      <p>{text.nowDiffers(time)}</p>
      <Difference before={before} after={after} />
    </>
  );
}

/**
 * What Azure says of a machine, without what the inventory adds. Ids differ in letter case from answer to answer. Power
 * states are of the newest run only, so an older one has none to compare.
 */
function ofAzure(
  { identity, ...machine }: VirtualMachineById,
  powerState: string | null,
): Readonly<Record<string, unknown>> {
  const { vmSize, osType, provisioningState, priority, location, zones, tags, timeCreated, vmId } = machine;
  const { type, principalId, userAssignedIdentities } = identity;
  const users = Object.entries(userAssignedIdentities).map(([id, ids]) => [id.toLowerCase(), ids]);
  return {
    ...{ vmId, vmSize, osType, powerState, provisioningState, priority, location, zones, timeCreated, tags },
    scaleSetId: machine.scaleSetId?.toLowerCase(),
    identity: { type, principalId, userAssignedIdentities: Object.fromEntries(users) },
  };
}
