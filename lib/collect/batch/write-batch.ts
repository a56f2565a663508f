import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type { BatchCounts } from '../../azure/store/batches.ts';
import type { ReadingEvent, ReadingSink } from '../../inventory/reading.ts';
import {
  batchVersion,
  toAssignmentRow,
  toDefinitionRow,
  toIdentityRow,
  toMachineRow,
  toPowerStateRow,
} from './batch-rows.ts';

/** Keeps lines small even for large pages: a reader holds one line in memory. */
const rowsPerLine = 200;

/** A batch that is being written to a file. */
export interface BatchWriter {
  readonly write: ReadingSink;
  /** Ends the file. @returns what it holds @throws the disk is full */
  finish(): Promise<BatchCounts>;
  /** Stops writing without an end of the batch; the file cannot be used. */
  abandon(): void;
}

/**
 * Starts a batch: compressed NDJSON (see batch-rows.ts). Lines are compressed off the main thread as they come. That is
 * much faster than Azure returns pages, so few lines wait in memory.
 * @param path of a file that does not exist yet
 */
export function writeBatch(path: string): BatchWriter {
  const input = createZstdCompress();
  const written = pipeline(input, createWriteStream(path, { flags: 'wx' }));
  // `finish` throws the failure.
  written.catch(() => undefined);
  const line = (value: readonly unknown[]): void => void input.write(`${JSON.stringify(value)}\n`);
  const counts = { subscriptions: 0, virtualMachines: 0, requests: 0 };

  function write(event: ReadingEvent): void {
    switch (event.type) {
      case 'begin':
        counts.subscriptions += 1;
        line(['begin', event.subscriptionId, event.readAt]);
        break;
      case 'end':
        if (event.reading.kind === 'virtualMachines') counts.virtualMachines += event.reading.count;
        counts.requests += event.reading.requests;
        line(['end', event.reading]);
        break;
      default: {
        const rows = encoded(event);
        for (let from = 0; from < rows.length; from += rowsPerLine) {
          line([event.type, event.subscriptionId, rows.slice(from, from + rowsPerLine)]);
        }
      }
    }
  }

  line(['batch', batchVersion]);
  return {
    write,
    async finish() {
      line(['done', counts]);
      input.end();
      await written;
      return counts;
    },
    abandon: () => void input.destroy(),
  };
}

function encoded(event: Exclude<ReadingEvent, { readonly type: 'begin' | 'end' }>): readonly unknown[] {
  switch (event.type) {
    case 'machines':
      return event.rows.map((machine) => toMachineRow(machine, event.subscriptionId));
    case 'powerStates':
      return event.rows.map(toPowerStateRow);
    case 'identities':
      return event.rows.map(toIdentityRow);
    case 'roleAssignments':
      return event.rows.map(toAssignmentRow);
    case 'roleDefinitions':
      return event.rows.map(toDefinitionRow);
  }
}
