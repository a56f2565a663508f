import type { ApiError } from '../../api/api-error.ts';
import type { VirtualMachineById } from '../../api/types.ts';
import { shownRun } from '../../state/shown-run.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { type MachineAddress, machineAddress } from './machine-address.ts';

interface LoadedMachine {
  readonly address: MachineAddress | null;
  readonly machine: VirtualMachineById | null;
  /** The inventory has no machine with this id. */
  readonly neverSeen: boolean;
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly again: () => void;
}

/** One machine of any kind, as the run on screen shows it. */
export function useMachine(id: string): LoadedMachine {
  const address = machineAddress(id);
  const asOf = shownRun.value;
  const one = useAnswer('virtual-machine', address?.by === 'id' ? address.path : null, { asOf });
  const query = address?.by === 'list' ? { ...address.query, asOf } : {};
  const list = useAnswer('virtual-machines', address?.by === 'list' ? 'virtualMachines' : null, query);
  const { answer } = list;
  const found = answer?.value.find((machine) => machine.id.toLowerCase() === id.toLowerCase());
  const shown = answer === null ? null : { asOf: answer.asOf, runId: answer.runId, complete: answer.complete };
  const inList =
    found === undefined || answer === null || shown === null ? null : { ...found, ...shown, coverage: answer.coverage };
  const asked = address?.by === 'list' ? list : one;
  const isMissing = one.error?.code === 'ResourceNotFound';
  return {
    address,
    machine: one.answer ?? inList,
    neverSeen: isMissing || (answer !== null && found === undefined),
    error: isMissing ? null : asked.error,
    loading: asked.loading,
    again: asked.again,
  };
}
