import type { KindReading, ReadingSink } from '../../lib/inventory/reading.ts';

/** A sink that keeps what became of each kind, and of machines only how many there were. */
export interface LedgerSink extends ReadingSink {
  readonly readings: readonly KindReading[];
  readonly machineCount: number;
}

export function createLedgerSink(): LedgerSink {
  const readings: KindReading[] = [];
  let machineCount = 0;
  return {
    readings,
    get machineCount() {
      return machineCount;
    },
    begin: () => undefined,
    machines(_subscriptionId, page) {
      machineCount += page.length;
    },
    powerStates: () => undefined,
    identities: () => undefined,
    roleAssignments: () => undefined,
    roleDefinitions: () => undefined,
    end: (reading) => void readings.push(reading),
  };
}
