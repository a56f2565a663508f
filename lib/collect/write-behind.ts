import type { ReadingSink } from '../inventory/reading.ts';

/** Pages that may wait to be written: about 75 kB each, and more than an answer's latency brings. */
const mostWaiting = 128;

/** A sink whose writing waits for the network to be quiet. */
export interface WriteBehind {
  readonly sink: ReadingSink;
  /** Writes all that waits. @throws what a write threw, now or before */
  flush(): void;
  /** Forgets what waits: nothing is written after this. */
  discard(): void;
}

/**
 * Takes what is read at once and writes it, in the same order, while answers are awaited: whoever has an answer at hand sends the
 * next request first. What waits is bounded; beyond that, writing goes first.
 */
export function writeBehind(target: ReadingSink): WriteBehind {
  let writes: (() => void)[] = [];
  let next = 0;
  let arrived = false;
  let scheduled = false;
  let failure: { readonly error: unknown } | null = null;

  const waiting = (): number => writes.length - next;
  const writeOne = (): void => {
    const write = writes[next++];
    if (next > mostWaiting) {
      writes = writes.slice(next);
      next = 0;
    }
    write?.();
  };
  /** One write a turn of the event loop, and none in a turn that brought something new. */
  const turn = (): void => {
    scheduled = false;
    try {
      if (!arrived) writeOne();
      while (waiting() > mostWaiting) writeOne();
    } catch (error) {
      failure ??= { error };
      return;
    }
    arrived = false;
    schedule();
  };
  const schedule = (): void => {
    if (scheduled || waiting() === 0) return;
    scheduled = true;
    setImmediate(turn);
  };
  const later = (write: () => void): void => {
    if (failure !== null) throw failure.error;
    writes.push(write);
    arrived = true;
    schedule();
  };
  return {
    sink: {
      begin: (subscriptionId, readAt) => later(() => target.begin(subscriptionId, readAt)),
      machines: (subscriptionId, page) => later(() => target.machines(subscriptionId, page)),
      powerStates: (subscriptionId, page) => later(() => target.powerStates(subscriptionId, page)),
      identities: (subscriptionId, page) => later(() => target.identities(subscriptionId, page)),
      roleAssignments: (subscriptionId, page) => later(() => target.roleAssignments(subscriptionId, page)),
      roleDefinitions: (subscriptionId, page) => later(() => target.roleDefinitions(subscriptionId, page)),
      end: (coverage) => later(() => target.end(coverage)),
    },
    flush() {
      if (failure !== null) throw failure.error;
      while (waiting() > 0) writeOne();
    },
    discard() {
      writes = [];
      next = 0;
    },
  };
}
