import type { Readable } from 'node:stream';
import { InventoryError } from '../../errors.ts';
import { compressionFault } from '../../files/file-errors.ts';
import type { KindReading, ReadingEvent, ReadingSink } from '../../inventory/reading.ts';
import {
  type AssignmentRow,
  batchVersion,
  type DefinitionRow,
  fromAssignmentRow,
  fromDefinitionRow,
  fromIdentityRow,
  fromMachineRow,
  fromPowerStateRow,
  type IdentityRow,
  type MachineRow,
  type PowerStateRow,
} from './batch-rows.ts';

const newline = 0x0a;
/** As large as the largest answer of Azure that is read. */
const mostLineBytes = 256 * 1024 * 1024;

/**
 * Sends the events of a batch to a sink, line by line.
 * @param lines the decompressed batch
 * @throws {InventoryError} `BatchDamaged`: cut off, damaged, or not written by this version
 */
export async function replayBatch(lines: Readable, sink: ReadingSink, name: string): Promise<void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let began = false;
  let done = false;
  const take = (line: string): void => {
    const value = parse(line, name);
    if (!began) {
      if (value[0] !== 'batch' || value[1] !== batchVersion) throw damaged(name, 'it does not start like a batch');
      began = true;
    } else if (value[0] === 'done') done = true;
    else sink(checkedEvent(value, name));
  };
  try {
    for await (const chunk of lines as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        take(Buffer.concat([...rest, chunk.subarray(from, at)]).toString());
        [rest, restBytes] = [[], 0];
        from = at + 1;
      }
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > mostLineBytes) throw damaged(name, 'a line is too long');
    }
  } catch (cause) {
    const fault = compressionFault(cause);
    throw fault === null ? cause : damaged(name, fault);
  }
  if (!done) throw damaged(name, 'it is cut off');
}

/** Checks no more than the outer shape: `write-batch.ts` wrote the lines. */
function parse(line: string, name: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(line);
    if (Array.isArray(value)) return value;
  } catch {
    throw damaged(name, 'a line is not JSON');
  }
  throw damaged(name, 'a line is not an array');
}

/** Values of other types than `write-batch.ts` writes are damage, and no fault of this program. */
function checkedEvent(value: readonly unknown[], name: string): ReadingEvent {
  try {
    return toEvent(value, name);
  } catch (error) {
    throw error instanceof TypeError ? damaged(name, 'a line has wrong values') : error;
  }
}

function toEvent([type, first, second]: readonly unknown[], name: string): ReadingEvent {
  const subscriptionId = String(first);
  switch (type) {
    case 'begin':
      return { type, subscriptionId, readAt: String(second) };
    case 'machines': {
      const rows = second as readonly MachineRow[];
      return { type, subscriptionId, rows: rows.map((row) => fromMachineRow(row, subscriptionId)) };
    }
    case 'powerStates':
      return { type, subscriptionId, rows: (second as PowerStateRow[]).map(fromPowerStateRow) };
    case 'identities':
      return { type, subscriptionId, rows: (second as IdentityRow[]).map(fromIdentityRow) };
    case 'roleAssignments':
      return { type, subscriptionId, rows: (second as AssignmentRow[]).map(fromAssignmentRow) };
    case 'roleDefinitions':
      return { type, subscriptionId, rows: (second as DefinitionRow[]).map(fromDefinitionRow) };
    case 'end':
      if (typeof first !== 'object' || first === null) throw damaged(name, 'a line has wrong values');
      return { type, reading: first as KindReading };
    default:
      throw damaged(name, 'a line has an unknown type');
  }
}

function damaged(name: string, why: string): InventoryError {
  return new InventoryError('BatchDamaged', `${name} cannot be used: ${why}`, { hint: 'Start a new run' });
}
