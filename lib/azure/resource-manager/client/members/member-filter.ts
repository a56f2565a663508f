import { parseJson } from '../../../../json.ts';
import type { BodyBuffer } from '../body-buffer.ts';
import { InvalidResponseError } from '../errors.ts';
import { filterWasm } from './wasm.ts';

/**
 * The members of an answer that are read: all of a value, or some of an object. In a list, those of each item.
 * @example { value: { id: 'all', properties: { vmId: 'all' } }, nextLink: 'all' }
 */
export type Members = 'all' | SomeMembers;
export interface SomeMembers {
  readonly [name: string]: Members;
}

/** What is used of the standard's. The types of Node name only its types. */
declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** In the memory of the WebAssembly: the state of one body, with the table of its members, and then bytes to read. */
const stateAt = 16;
const keptAt = 2 ** 16;
const bytesAt = keptAt + 16;
const mostAtOnce = 2 ** 16;
/** Of a name or a number. A text can have any length. */
const longestWord = 2 ** 16;
/** The WebAssembly reads 16 bytes at once. */
const memorySize = bytesAt + longestWord + mostAtOnce + 16;

/** As in assembly/filter.ts. */
const everything = 1;
const outcomes = ['unfinished', 'complete', 'notJson', 'tooDeep'] as const;

/** Of assembly/filter.ts. Addresses are in bytes. */
interface Wasm {
  stateSize(): number;
  filter(state: number, from: number, to: number, into: number): number;
  unread(): number;
  outcome(state: number): number;
}

interface Engine extends Wasm {
  readonly memory: Uint8Array;
}

let engine: Engine | undefined;

/** One for all bodies: none of them is in its memory for longer than a call. */
function theEngine(): Engine {
  engine ??= startEngine();
  return engine;
}

function startEngine(): Engine {
  const pages = Math.ceil(memorySize / 2 ** 16);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(Buffer.from(filterWasm, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { ...(exports as Wasm), memory: new Uint8Array(memory.buffer) };
}

/**
 * Reduces the JSON of one body to the members that are read, while it arrives: nine tenths of a machine are never kept.
 * What is dropped must be JSON, too. Reads every JSON that `JSON.parse` reads, unless it has a name of more than 64 kB or
 * more than 250 levels.
 * @see docs/decisions/0002-arm-client.md
 */
export class MemberFilter {
  readonly #engine = theEngine();
  /** How far it has read, and the members. */
  readonly #state: Uint8Array;
  /** What remains, and then the unfinished word at the end of what arrived. */
  readonly #body: BodyBuffer;
  #unfinishedBytes = 0;
  #receivedBytes = 0;
  #fault: string | null = null;

  /** @param body empty; nobody else changes it */
  constructor(body: BodyBuffer, members: SomeMembers) {
    this.#body = body;
    this.#state = newState(members, this.#engine);
  }

  add(chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    for (let from = 0; from < chunk.length && this.#fault === null; from += mostAtOnce) {
      this.#read(chunk.subarray(from, from + mostAtOnce));
    }
  }

  #read(chunk: Buffer): void {
    const { memory, filter, unread, outcome } = this.#engine;
    const unfinished = this.#body.takeLast(this.#unfinishedBytes);
    memory.set(this.#state, stateAt);
    memory.set(unfinished, bytesAt);
    memory.set(chunk, bytesAt + unfinished.length);
    const end = bytesAt + unfinished.length + chunk.length;
    const keptEnd = filter(stateAt, bytesAt, end, keptAt);
    this.#state.set(memory.subarray(stateAt, stateAt + this.#state.length));
    this.#body.add(memory.subarray(keptAt, keptEnd));
    this.#body.add(memory.subarray(unread(), end));
    this.#unfinishedBytes = end - unread();
    this.#fault = faultOf(outcomes[outcome(stateAt)], this.#unfinishedBytes);
  }

  /**
   * After the last chunk.
   * @param url of the request, for messages
   * @returns the parsed value
   * @throws {InvalidResponseError} it is not JSON, or its end is missing
   */
  end(url: string): unknown {
    const text = this.#body.toString();
    const json = this.#fault === null ? parseJson(text) : undefined;
    if (json !== undefined) return json;
    const cutOff = text.trim() === '' ? 'is empty' : `was cut off after ${this.#receivedBytes} bytes`;
    throw new InvalidResponseError(`The answer to ${new URL(url).pathname} ${this.#fault ?? cutOff}`, {
      cutOff: this.#fault === null,
    });
  }
}

function faultOf(outcome: (typeof outcomes)[number] | undefined, unfinishedBytes: number): string | null {
  if (outcome === 'notJson') return 'is not JSON';
  if (outcome === 'tooDeep') return 'has more than 250 levels';
  return unfinishedBytes > longestWord ? 'has a name or a number of more than 64 kB' : null;
}

const newStates = new WeakMap<SomeMembers, Uint8Array>();

/** The state of a body of which nothing has been read. */
function newState(members: SomeMembers, engine: Engine): Uint8Array {
  let state = newStates.get(members);
  if (state === undefined) {
    state = makeState(members, engine.stateSize());
    newStates.set(members, state);
  }
  return state.slice();
}

/** Behind the state are the tables of members that assembly/filter.ts describes. */
function makeState(members: SomeMembers, size: number): Uint8Array {
  const parts = [Buffer.alloc(size)];
  let end = stateAt + size;
  /** @returns its address */
  const addTable = (some: SomeMembers): number => {
    const entries = Object.entries(some).map(([name, of]) =>
      tableEntry(name, of === 'all' ? everything : addTable(of)),
    );
    const table = Buffer.concat([...entries, Buffer.alloc(4)]);
    const address = end;
    parts.push(table);
    end += table.length;
    return address;
  };
  parts[0]?.writeUInt32LE(addTable(members), 0);
  return new Uint8Array(Buffer.concat(parts));
}

function tableEntry(name: string, wanted: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(wanted, 0);
  head.writeUInt32LE(Buffer.byteLength(name), 4);
  return Buffer.concat([head, Buffer.from(name)]);
}
