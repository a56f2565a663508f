import type { Reason } from '../../errors.ts';
import { grantReaderCommand, type Kind } from '../../inventory/coverage.ts';
import type { FollowUp, KindReading, Verification } from '../../inventory/reading.ts';
import { type MachineReading, machineTypes, type PowerStateReading } from '../../inventory/virtual-machine.ts';
import { differenceBetween } from './changed-machine.ts';
import type { MergeContext } from './context.ts';
import { fingerprintOf } from './fingerprint.ts';
import { mergeIdentities } from './identity-merge.ts';
import { type KnownMachine, machineKey } from './machine-index.ts';
import type { Beginning } from './machine-writer.ts';
import { openPowerStates } from './power-states.ts';

/** Checks by id for one subscription in one run; more absent machines than that are suspicious. */
const mostChecks = 200;

/** One subscription on its way into the database. */
export interface SubscriptionMerge {
  readonly subscriptionId: string;
  readonly readAt: number;
  /** How each kind was read, open to what the checks by id find out. */
  readonly readings: ReadonlyMap<Kind, KindReading>;
  /** This reading is older than the one already stored: recorded, and it changes nothing. */
  readonly superseded: boolean;
  machines(page: readonly MachineReading[]): void;
  powerStates(page: readonly PowerStateReading[]): void;
  end(reading: KindReading): void;
  /** Machines that a complete list left out, to be read by their ids; each is asked about once. */
  followUps(): readonly FollowUp[];
  /** Machines whose absence is proven; they end at the commit. */
  proven(): readonly number[];
  /** Writes the coverage rows, once nothing can change them any more. */
  writeCoverage(): void;
}

/** @param quiet changes of its machines are part of one change of the subscription */
export function openSubscriptionMerge(
  context: MergeContext,
  subscriptionId: string,
  readAt: number,
  quiet: boolean,
): SubscriptionMerge {
  const { dictionary, writer, seen, counts, unseen } = context;
  const subscription = dictionary.subscription(subscriptionId);
  const earlier = context.coverage.earlier(subscription);
  const superseded = earlier.newest !== null && readAt < earlier.newest;
  const notBefore = earlier.newestComplete;
  const silent = quiet || notBefore === null;
  const index = superseded ? new Map<string, KnownMachine>() : context.index(subscription);
  const power = openPowerStates(context, index);
  const lastSeen = earlier.newestShown ?? readAt;
  const readings = new Map<Kind, KindReading>();
  let absent: number[] = [];
  const proven: number[] = [];

  const beginMachine = (
    key: string,
    known: KnownMachine | undefined,
    reading: MachineReading,
    group: number,
    mark: number,
  ) => {
    const machine = known?.machine ?? writer.add(reading, subscription, group, readAt);
    const change = silent ? null : 'virtualMachineCreated';
    const at = known === undefined ? null : readAt;
    writer.beginVersion(machine, reading, mark, { change, at: change === null ? at : readAt, notBefore });
    writer.attachAll(machine, reading, { change: null, at, notBefore: null });
    counts.add(change);
    context.fresh.push({ machine, created: change !== null });
    index.set(key, { machine, fingerprint: mark });
    return machine;
  };
  const changeMachine = (machine: number, reading: MachineReading, mark: number) => {
    const before = context.stored(machine);
    const difference = differenceBetween(before, reading, context.ignoredTags);
    const quietly: Beginning = { change: null, at: readAt, notBefore: null };
    if (difference.kind === 'none') {
      writer.refreshVersion(machine, reading, mark);
    } else if (difference.kind === 'recreated') {
      const change = silent ? null : 'virtualMachineRecreated';
      writer.endVersion(machine);
      writer.beginVersion(machine, reading, mark, { change, at: readAt, notBefore });
      mergeIdentities(context, machine, before, reading, readAt, 'virtualMachineRecreated');
      counts.add(change);
    } else {
      const change = difference.content && !silent ? 'virtualMachineUpdated' : null;
      writer.endVersion(machine);
      writer.beginVersion(machine, reading, mark, change === null ? quietly : { change, at: readAt, notBefore });
      counts.add(change);
      if (difference.identity)
        mergeIdentities(context, machine, before, reading, readAt, silent ? 'tenantChanged' : null);
    }
  };
  const mergeMachine = (reading: MachineReading): void => {
    const group = dictionary.resourceGroup(reading.resourceGroup);
    const key = machineKey(group, machineTypes.indexOf(reading.type), reading.name);
    const mark = fingerprintOf(reading);
    const known = index.get(key);
    if (known === undefined || known.fingerprint === null) {
      const machine = beginMachine(key, known, reading, group, mark);
      seen.mark(machine);
      return;
    }
    if (known.fingerprint !== mark) {
      changeOrReplace(known.machine, reading, mark);
      known.fingerprint = mark;
    }
    seen.mark(known.machine);
  };
  /** A version that began in this very run (two pages show the machine differently) is replaced by the later reading. */
  const changeOrReplace = (machine: number, reading: MachineReading, mark: number): void => {
    writer.respell(machine, reading, dictionary.resourceGroup(reading.resourceGroup));
    if (seen.order(machine) === 0 || !writer.beganInThisRun(machine)) {
      changeMachine(machine, reading, mark);
      return;
    }
    const before = context.stored(machine);
    writer.refreshVersion(machine, reading, mark);
    mergeIdentities(context, machine, before, reading, readAt, 'replaced');
  };
  const weaken = (code: string, message: string, hint: string | null): void => {
    const reading = readings.get('virtualMachines');
    if (reading === undefined) return;
    const reason: Reason = { code, message, hint };
    readings.set('virtualMachines', { ...reading, status: 'partial', reason });
  };
  const settleAbsence = (reading: KindReading): void => {
    if (reading.status === 'failed' || reading.status === 'denied') return;
    const missing = [...index.values()].filter(
      (known) => known.fingerprint !== null && seen.order(known.machine) === 0,
    );
    const machines = missing.map((known) => known.machine);
    if (reading.status === 'partial') {
      for (const machine of machines) unseen.open(machine, lastSeen, false);
      return;
    }
    const confirmed = machines.filter((machine) => unseen.isMissingFromList(machine));
    const open = machines.filter((machine) => !unseen.isMissingFromList(machine));
    proven.push(...confirmed);
    if (open.length > mostChecks) {
      for (const machine of open) unseen.open(machine, lastSeen, true);
      weaken(
        'SuspiciousShrink',
        `The list of subscription ${subscriptionId} lacks ${open.length} machines that were there before; more than ${mostChecks} are not checked one by one`,
        'Run the inventory again: when a second list agrees, they end',
      );
    } else {
      absent = open;
    }
  };
  const verified = (machine: number, verification: Verification<MachineReading>): void => {
    // Azure lists the subscription as deleted (it was skipped): that it answers to nothing any more is what 404 says of it.
    const deletedSubscription = readings.get('virtualMachines')?.status === 'skipped';
    const unknownSubscription =
      verification.outcome === 'unverified' && verification.reason.code === 'SubscriptionNotFound';
    if (verification.outcome === 'absent' || (deletedSubscription && unknownSubscription)) {
      proven.push(machine);
    } else if (verification.outcome === 'unverified') {
      const { code, message, hint } = verification.reason;
      unseen.open(machine, lastSeen, false);
      weaken(
        'DeletionUnverified',
        `A machine is missing from the list, and reading it by its id failed: ${code}: ${message}`,
        hint,
      );
    } else {
      const before = context.stored(machine);
      const mark = fingerprintOf(verification.reading);
      if (fingerprintOf(before) !== mark) changeOrReplace(machine, verification.reading, mark);
      seen.mark(machine);
      weaken(
        'ShortList',
        `The list left out ${before.id}, which a read by its id found`,
        grantReaderCommand(subscriptionId, context.plan.principalId),
      );
    }
  };
  return {
    subscriptionId,
    readAt,
    readings,
    superseded,
    machines(page) {
      if (superseded) return;
      for (const machine of page) mergeMachine(machine);
    },
    powerStates(page) {
      if (!superseded) power.add(page);
    },
    end(reading) {
      readings.set(reading.kind, reading);
      if (superseded) return;
      if (reading.kind === 'virtualMachines') settleAbsence(reading);
      if (context.plan.kinds.every((kind) => readings.has(kind))) {
        power.finish();
        index.clear();
      }
    },
    followUps() {
      const asked = absent;
      absent = [];
      return asked.map((machine) => {
        const { id, type } = context.stored(machine);
        return { ask: 'machine', resourceId: id, type, answer: (verification) => verified(machine, verification) };
      });
    },
    proven: () => proven,
    writeCoverage() {
      for (const reading of readings.values()) context.coverage.write(subscription, reading, superseded);
    },
  };
}
