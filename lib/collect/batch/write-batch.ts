import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type { BatchCounts } from '../../azure/store/inventory-store.ts';
import type { KindReading, ReadingSink } from '../../inventory/reading.ts';
import { batchVersion, type IdentityRow, type RoleAssignmentRow, type RoleDefinitionRow, toRow } from './batch-rows.ts';

/** Lines stay small, whatever a page holds: a reader has one of them in memory. */
const rowsPerLine = 200;

/** A sink that writes what it is told to a file. */
export interface BatchWriter extends ReadingSink {
  /** Ends the file. @returns what it holds @throws the disk is full */
  finish(): Promise<BatchCounts>;
  /** Ends the writing without an end of the batch; the file is of no use. */
  abandon(): void;
}

/**
 * Begins a batch: compressed NDJSON (see batch-rows.ts). Lines are compressed off the main thread as they come, which is much
 * faster than Azure gives pages, so that none wait in memory for long.
 * @param path of a file that does not exist yet
 */
export function writeBatch(path: string): BatchWriter {
  const input = createZstdCompress();
  const written = pipeline(input, createWriteStream(path, { flags: 'wx' }));
  // `finish` tells; until then the failure waits
  written.catch(() => undefined);
  const line = (value: readonly unknown[]): void => void input.write(`${JSON.stringify(value)}\n`);
  const counts = { subscriptions: 0, virtualMachines: 0, requests: 0 };

  function lines<Row>(kind: string, subscriptionId: string, rows: readonly Row[], encode: (row: Row) => unknown): void {
    for (let from = 0; from < rows.length; from += rowsPerLine) {
      line([kind, subscriptionId, rows.slice(from, from + rowsPerLine).map(encode)]);
    }
  }

  line(['batch', batchVersion]);
  return {
    begin(subscriptionId, readAt) {
      counts.subscriptions += 1;
      line(['begin', subscriptionId, readAt]);
    },
    machines(subscriptionId, page) {
      lines('machines', subscriptionId, page, (machine) => toRow(machine, subscriptionId));
    },
    powerStates(subscriptionId, page) {
      lines('powerStates', subscriptionId, page, ({ id, powerState }) => [id, powerState]);
    },
    identities(subscriptionId, page) {
      lines('identities', subscriptionId, page, ({ id, principalId, clientId, tenantId }): IdentityRow => {
        return [id, principalId, clientId, tenantId];
      });
    },
    roleAssignments(subscriptionId, page) {
      lines('roleAssignments', subscriptionId, page, (assignment): RoleAssignmentRow => {
        const { id, scope, roleDefinitionId, principalId, condition } = assignment;
        return [id, scope, roleDefinitionId, principalId, condition];
      });
    },
    roleDefinitions(subscriptionId, page) {
      lines('roleDefinitions', subscriptionId, page, ({ id, roleName, permissions }): RoleDefinitionRow => {
        return [id, roleName, permissions];
      });
    },
    end(reading: KindReading) {
      if (reading.kind === 'virtualMachines') counts.virtualMachines += reading.count;
      counts.requests += reading.requests;
      line(['end', reading]);
    },
    async finish() {
      line(['done', counts]);
      input.end();
      await written;
      return counts;
    },
    abandon: () => void input.destroy(),
  };
}
