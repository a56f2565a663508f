import type { SQLInputValue } from 'node:sqlite';
import type { MachineProperties, MachineProperty, MachineReading } from '../inventory/virtual-machine.ts';
import { integerOrNull, isoTime, type SqlRow, textOrNull } from './queries/row-values.ts';
import { storedTags } from './queries/stored-json.ts';

/** How a column of `machine_version` keeps a value: the type of the column, as SQL. NULL stands for null. */
const columnTypes = {
  text: 'TEXT',
  integer: 'INTEGER',
  /** A repeated text: its number in the table `text`. */
  dictionary: 'INTEGER REFERENCES text',
  requiredDictionary: 'INTEGER NOT NULL REFERENCES text',
  /** Epoch milliseconds of an ISO 8601 time. */
  time: 'INTEGER',
  /** Texts joined by `;`; NULL = none. */
  list: 'TEXT',
  /** A JSON object; NULL = none. */
  tags: 'TEXT',
};
export type Storage = keyof typeof columnTypes;

/** The storages that can hold a value. */
type StorageOf<Value> = [Value] extends [string]
  ? 'requiredDictionary'
  : [Value] extends [string | null]
    ? 'text' | 'dictionary' | 'time'
    : [Value] extends [number | null]
      ? 'integer'
      : [Value] extends [readonly string[]]
        ? 'list'
        : [Value] extends [Readonly<Record<string, string>>]
          ? 'tags'
          : never;

interface StoredField {
  /** The column of `machine_version`. */
  readonly column: string;
  readonly storage: Storage;
  /** What a difference means. A field updated in place is no content: its earlier values are not kept. */
  readonly difference: 'newVersion' | 'newVersionIgnoringCase' | 'updateInPlace';
  /** The schema version that added the column. */
  readonly since: number;
}

/**
 * How the database stores each property of a machine, in the order of the statements. A new one goes last.
 * Statements, rows, fingerprints, differences and the columns of migrations derive from this table.
 */
const storedAs = {
  vmId: { column: 'vm_id', storage: 'text', difference: 'newVersionIgnoringCase', since: 1 },
  location: { column: 'location', storage: 'requiredDictionary', difference: 'newVersionIgnoringCase', since: 1 },
  vmSize: { column: 'vm_size', storage: 'dictionary', difference: 'newVersionIgnoringCase', since: 1 },
  osType: { column: 'os_type', storage: 'dictionary', difference: 'newVersionIgnoringCase', since: 1 },
  priority: { column: 'priority', storage: 'requiredDictionary', difference: 'newVersionIgnoringCase', since: 1 },
  provisioningState: { column: 'provisioning_state', storage: 'dictionary', difference: 'updateInPlace', since: 1 },
  zones: { column: 'zones', storage: 'list', difference: 'newVersion', since: 1 },
  timeCreated: { column: 'time_created', storage: 'time', difference: 'newVersion', since: 1 },
  tags: { column: 'tags', storage: 'tags', difference: 'newVersion', since: 1 },
  scaleSetId: { column: 'scale_set', storage: 'dictionary', difference: 'newVersionIgnoringCase', since: 1 },
  instanceCount: { column: 'instance_count', storage: 'integer', difference: 'updateInPlace', since: 2 },
} as const satisfies {
  readonly [Property in MachineProperty]: StoredField & { readonly storage: StorageOf<MachineReading[Property]> };
};

export interface MachineField extends StoredField {
  readonly property: MachineProperty;
}

export const machineField = (property: MachineProperty): MachineField => ({ property, ...storedAs[property] });

const isProperty = (name: string): name is MachineProperty => name in storedAs;
export const machineFields: readonly MachineField[] = Object.keys(storedAs).filter(isProperty).map(machineField);
export const machineColumns = machineFields.map(({ column }) => column);

/**
 * The fields that came after version 3. The texts of tables and views name all others, because they are stored and must
 * stay the same letter by letter: lib/sources/open-source.ts compares them.
 */
export const laterFields = machineFields.filter(({ since }) => since > 3);
type LaterProperty = {
  [Property in MachineProperty]: (typeof storedAs)[Property]['since'] extends 1 | 2 | 3 ? never : Property;
}[MachineProperty];

const definitionOf = ({ column, storage }: MachineField): string => `${column} ${columnTypes[storage]}`;

/** The later columns in the text of a new table, each on a line. */
export const laterColumnDefinitions = laterFields.map((field) => `  ${definitionOf(field)},\n`).join('');

/** A migration: adds the columns of a schema version. */
export const addMachineColumns = (version: number): string =>
  machineFields
    .filter(({ since }) => since === version)
    .map((field) => `ALTER TABLE machine_version ADD COLUMN ${definitionOf(field)};`)
    .join('\n');

/**
 * The values of `machineColumns`.
 * @param numberOf number of a text in the table `text`
 */
export function storedValues(machine: MachineReading, numberOf: (text: string) => number): SQLInputValue[] {
  const values: SQLInputValue[] = [];
  for (const { property, storage } of machineFields) values.push(toStored(machine[property], storage, numberOf));
  return values;
}

function toStored(
  value: MachineReading[MachineProperty],
  storage: Storage,
  numberOf: (text: string) => number,
): SQLInputValue {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'string') {
    if (storage === 'time') return Date.parse(value);
    return storage === 'text' ? value : numberOf(value);
  }
  if (isList(value)) return value.length === 0 ? null : value.join(';');
  for (const _ in value) return JSON.stringify(value);
  return null;
}

const isList = (value: readonly string[] | Readonly<Record<string, string>>): value is readonly string[] =>
  Array.isArray(value);

/** The text of a dictionary column in a row, which holds the text or its number. */
export type DictionaryText = (row: SqlRow, column: string) => string | null;

const readers: {
  readonly [Name in Storage]: (row: SqlRow, column: string, textOf: DictionaryText) => MachineReading[MachineProperty];
} = {
  text: textOrNull,
  integer: integerOrNull,
  dictionary: (row, column, textOf) => textOf(row, column),
  requiredDictionary(row, column, textOf) {
    const value = textOf(row, column);
    if (value === null) throw new TypeError(`Column ${column} is NULL`);
    return value;
  },
  time(row, column) {
    const milliseconds = integerOrNull(row, column);
    return milliseconds === null ? null : isoTime(milliseconds);
  },
  list: (row, column) => textOrNull(row, column)?.split(';') ?? [],
  tags: (row, column) => storedTags(textOrNull(row, column)),
};

/**
 * The properties in a row that has all of `machineColumns`. The table ties each storage to the type of its property.
 */
export function storedProperties(row: SqlRow, textOf: DictionaryText): MachineProperties {
  return propertiesOf(machineFields, row, textOf) as MachineProperties;
}

/** The properties of `laterFields` in a row. */
export function laterProperties(row: SqlRow, textOf: DictionaryText): Pick<MachineProperties, LaterProperty> {
  return propertiesOf(laterFields, row, textOf) as Pick<MachineProperties, LaterProperty>;
}

function propertiesOf(fields: readonly MachineField[], row: SqlRow, textOf: DictionaryText): object {
  const properties: Record<string, unknown> = {};
  for (const { property, storage, column } of fields) properties[property] = readers[storage](row, column, textOf);
  return properties;
}
