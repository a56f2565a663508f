import { machineKinds } from '../../../inventory/coverage.ts';
import type { FacetName, FacetValue } from '../../../inventory/machine-facets.ts';
import { fold } from '../../../inventory/names/fold.ts';
import {
  type IdentityTypeWord,
  identityTypes,
  identityTypesOf,
  identityTypeWords,
  machineTypeWords,
} from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { keptArrays } from '../kept-arrays.ts';
import { integer } from '../row-values.ts';
import { type RunContext, runContext } from '../run-context.ts';
import { prepared } from '../statements.ts';
import { keep } from '../while-open.ts';
import { rememberRead } from './prepare-machines.ts';

/** A word of a filter, and what people read instead. */
export type Word = Omit<FacetValue, 'count'>;

/** One field of every machine. */
export interface Column {
  /** In the order of `MachineColumns.machines`; each is an index in `words`. */
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
  /** By code: the words of the filter that select it; none = the machine has no value. */
  readonly words: readonly (readonly Word[])[];
}

/** The fields of the machines that exist at a run, as far as they are facets. */
export interface MachineColumns {
  /** Their numbers, ascending. */
  readonly machines: Uint32Array;
  readonly columns: Readonly<Record<FacetName, Column>>;
}

const kept = keptArrays<MachineColumns>('columns', ({ machines, columns }) =>
  Object.values(columns).reduce((bytes, { codes }) => bytes + codes.byteLength, machines.byteLength),
);

/** Read once per run: a facet or a filter is then a loop over arrays (1 to 5 ms for 100,000 machines). */
export function machineColumns(database: Database, seq: number): MachineColumns {
  rememberRead('columns', machineColumns);
  return kept(database, String(seq), () => readColumns(database, seq));
}

/** Versions first: the other way round, looking each one up takes longer than the rest. */
const everyMachine = `
SELECT v.machine, m.type, m.subscription, v.location, v.os_type, v.identity_type, v.vm_size, p.state
FROM machine_version v CROSS JOIN machine m ON m.id = v.machine
LEFT JOIN power_state p ON p.machine = v.machine AND p.unread = 0 AND p.since_seq <= $seq
WHERE v.valid_from <= $seq AND (v.valid_to IS NULL OR v.valid_to > $seq) ORDER BY v.machine`;

const everyUnseen = `
SELECT u.machine FROM unseen u WHERE u.valid_from <= $seq AND (u.valid_to IS NULL OR u.valid_to > $seq)`;

/** Memory: 13 to 27 bytes a machine. */
function readColumns(database: Database, seq: number): MachineColumns {
  const context = runContext(database, seq);
  const subscriptions = createDictionary((key) => subscriptionWord(context, key));
  const locations = createDictionary((id) => textWord(context.text(id)));
  const osTypes = createDictionary((id) => textWord(context.text(id)));
  const sizes = createDictionary((id) => textWord(context.text(id)));
  const powerStates = createDictionary((id) => powerStateWord(context.text(id)));
  const unseen = new Set(
    prepared(database, everyUnseen)
      .all({ $seq: seq })
      .map((row) => integer(row, 'machine')),
  );
  const read = Array.from({ length: 9 }, (): number[] => []);
  const [machines = [], subscription = [], location = [], osType = [], identityType = []] = read;
  const [powerState = [], vmSize = [], type = [], stale = []] = read.slice(5);
  const statement = database.prepare(everyMachine);
  statement.setReturnArrays(true);
  for (const row of statement.iterate({ $seq: seq })) {
    // NULL becomes 0, which is the number of no text.
    const machine = Number(row[0]);
    const typeNumber = Number(row[1]);
    const at = context.subscription(Number(row[2]));
    machines.push(machine);
    type.push(typeNumber);
    subscription.push(subscriptions.code(at.key));
    location.push(locations.code(Number(row[3])));
    osType.push(osTypes.code(Number(row[4])));
    identityType.push(Number(row[5]));
    vmSize.push(sizes.code(Number(row[6])));
    powerState.push(at.hasPowerStates ? powerStates.code(Number(row[7])) : 0);
    stale.push(Number(at.isStale(machineKinds[typeNumber] ?? machineKinds[0]) || unseen.has(machine)));
  }
  return {
    machines: Uint32Array.from(machines),
    columns: {
      subscriptionId: columnOf(subscription, subscriptions.words),
      location: columnOf(location, locations.words),
      osType: columnOf(osType, osTypes.words),
      identityType: columnOf(identityType, identityWords),
      powerState: columnOf(powerState, powerStates.words),
      vmSize: columnOf(vmSize, sizes.words),
      type: columnOf(type, typeWords),
      stale: columnOf(stale, staleWords),
    },
  };
}

/** In the smallest array that has room for the codes. */
function columnOf(codes: readonly number[], words: Column['words']): Column {
  const { length } = words;
  return { codes: (length <= 0x100 ? Uint8Array : length <= 0x10000 ? Uint16Array : Uint32Array).from(codes), words };
}

/** Codes of values. Values that differ in letter case only are one, spelled as the first machine has it. */
function createDictionary(wordOf: (id: number) => Word | null) {
  const codes = new Map<number, number>([[0, 0]]);
  const codesByValue = new Map<string, number>();
  const words: (readonly Word[])[] = [[]];
  const codeOf = (word: Word): number => keep(codesByValue, fold(word.value), () => words.push([word]) - 1);
  return {
    words,
    /** @param id 0 = there is no value */
    code: (id: number): number =>
      keep(codes, id, () => {
        const word = wordOf(id);
        return word === null ? 0 : codeOf(word);
      }),
  };
}

function subscriptionWord(context: RunContext, key: number): Word {
  const { subscriptionId, displayName } = context.subscription(key);
  return { value: subscriptionId, label: displayName };
}

/** The empty text stands for a missing location. */
function textWord(value: string): Word | null {
  return value === '' ? null : { value, label: value };
}

function powerStateWord(state: string): Word | null {
  const [, value] = /^PowerState\/(.+)$/is.exec(state) ?? [];
  return value === undefined ? null : { value, label: value.replace(/^./, (first) => first.toUpperCase()) };
}

const typeLabels = ['Virtual machines', 'Scale sets', 'Azure Arc machines'];
const typeWords = machineTypeWords.map((value, type) => [{ value, label: typeLabels[type] ?? value }]);

const identityLabels: Readonly<Record<IdentityTypeWord, string>> = {
  none: 'No identity',
  systemAssigned: 'System-assigned',
  userAssigned: 'User-assigned',
  both: 'System-assigned and user-assigned',
  any: 'Any identity',
};
const identityWords = identityTypes.map((type) =>
  identityTypeWords
    .filter((word) => identityTypesOf[word].some((one) => one === type))
    .map((value) => ({ value, label: identityLabels[value] })),
);

const staleWords = [[{ value: 'false', label: 'Current' }], [{ value: 'true', label: 'Stale' }]];
