/** The part of the Kusto query language that the alerts use. Anything else is an error, so that no test passes by chance. */

type Value = string | number | boolean | Date | null | readonly unknown[] | { readonly [name: string]: unknown };
type Row = Readonly<Record<string, Value>>;
type Expression = (row: Row, now: Date) => Value;
type Stage = (rows: readonly Row[], now: Date) => readonly Row[];

const stagesOf = new Map<string, readonly Stage[]>();
const parsedJson = new Map<string, Value>();

/** The rows of a table whose time is in the window of the rule. */
export type Table = readonly ({ readonly TimeGenerated: Date } & Row)[];

/** Runs a query as a rule does: on the rows of its window, at the time of the evaluation. @returns the rows that it finds */
export function runQuery(
  query: string,
  tables: Readonly<Record<string, Table>>,
  from: Date,
  now: Date,
): readonly Row[] {
  const [name = '', ...stages] = query.trim().split(/\n\s*\| /);
  const table = tables[name];
  if (table === undefined) throw new Error(`There is no table ${name}`);
  let rows: readonly Row[] = table.filter(({ TimeGenerated }) => TimeGenerated > from && TimeGenerated <= now);
  const parsed = stagesOf.get(query) ?? stages.map(readStage);
  stagesOf.set(query, parsed);
  for (const stage of parsed) rows = stage(rows, now);
  return rows;
}

function readStage(stage: string): Stage {
  const [, operator = '', rest = ''] = /^(\w+) ([\s\S]*)$/.exec(stage) ?? [];
  if (operator === 'where') {
    const condition = parse(rest);
    return (rows, now) => rows.filter((row) => condition(row, now) === true);
  }
  if (operator === 'project') return (rows) => rows.map((row) => pick(row, rest.split(', ')));
  const columns = rest.split(/, (?=\w+ = )/).map((part) => {
    const [, column = '', text = ''] = /^(\w+) = ([\s\S]*)$/.exec(part) ?? [];
    return { column, text };
  });
  if (operator === 'extend') {
    const added = columns.map(({ column, text }) => ({ column, value: parse(text) }));
    return (rows, now) =>
      rows.map((row) => ({
        ...row,
        ...Object.fromEntries(added.map(({ column, value }) => [column, value(row, now)])),
      }));
  }
  if (operator === 'summarize') {
    const added = columns.map(({ column, text }) => ({ column, value: parse(/^max\((.*)\)$/.exec(text)?.[1] ?? '') }));
    // Without `by` there is one row, also for no rows: a maximum of nothing is null.
    return (rows, now) => [
      Object.fromEntries(added.map(({ column, value }) => [column, newest(rows.map((row) => value(row, now)))])),
    ];
  }
  throw new Error(`This test cannot run '${operator}'`);
}

function newest(values: readonly Value[]): Date | null {
  const times = values.filter((value) => value instanceof Date);
  return times.length === 0 ? null : new Date(Math.max(...times.map(Number)));
}

function pick(row: Row, columns: readonly string[]): Row {
  const missing = columns.find((column) => !(column in row));
  if (missing !== undefined) throw new Error(`There is no column ${missing}`);
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

/** `or` binds less than `and`, and both less than a comparison. */
function parse(text: string): Expression {
  const tokens = text.match(/'[^']*'|[\w_]+|[=!<>]=|=~|[()<>,.]/g) ?? [];
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const next = (): string => tokens[at++] ?? '';
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) throw new Error(`'${token}' was expected instead of '${found}' in ${text}`);
  };

  const either = (): Expression => {
    let left = both();
    while (peek() === 'or') {
      next();
      const [one, other] = [left, both()];
      left = (row, now) => one(row, now) === true || other(row, now) === true;
    }
    return left;
  };
  const both = (): Expression => {
    let left = comparison();
    while (peek() === 'and') {
      next();
      const [one, other] = [left, comparison()];
      left = (row, now) => one(row, now) === true && other(row, now) === true;
    }
    return left;
  };
  const comparison = (): Expression => {
    const left = operand();
    const operator = peek() ?? '';
    if (operator === 'in') {
      next();
      const list = argumentsOf();
      return (row, now) => list.some((item) => item(row, now) === left(row, now));
    }
    const compare = comparisons[operator];
    if (compare === undefined) return left;
    next();
    const right = operand();
    return (row, now) => compare(left(row, now), right(row, now));
  };
  const argumentsOf = (): Expression[] => {
    const found: Expression[] = [];
    expect('(');
    while (peek() !== ')') {
      found.push(either());
      if (peek() === ',') next();
    }
    expect(')');
    return found;
  };
  const operand = (): Expression => {
    const token = next();
    if (token.startsWith("'")) return () => token.slice(1, -1);
    if (/^\d+$/.test(token)) return () => Number(token);
    if (/^\d+m$/.test(token)) return () => Number(token.slice(0, -1)) * 60_000;
    if (token === 'true' || token === 'false') return () => token === 'true';
    if (peek() === '(') {
      const call = functions[token];
      if (call === undefined) throw new Error(`This test does not know ${token}()`);
      const given = argumentsOf();
      return (row, now) => call(given[0]?.(row, now) ?? null, now);
    }
    const path = [token];
    while (peek() === '.') {
      next();
      path.push(next());
    }
    return (row) => path.reduce<Value>((value, name) => member(value, name), row);
  };

  const whole = either();
  if (at !== tokens.length) throw new Error(`'${peek()}' was not expected in ${text}`);
  return whole;
}

function member(value: Value, name: string): Value {
  if (value === null || typeof value !== 'object' || value instanceof Date || Array.isArray(value)) return null;
  const found = Object.entries(value).find(([key]) => key === name)?.[1];
  return isValue(found) ? found : null;
}

function isValue(value: unknown): value is Value {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint';
}

const text = (value: Value): string => (value === null ? '' : String(value)).toLowerCase();
/** A comparison with null is never true. */
const ordered =
  (compare: (a: number, b: number) => boolean) =>
  (a: Value, b: Value): boolean =>
    a !== null && b !== null && compare(Number(a), Number(b));
const comparisons: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '=~': (a, b) => text(a) === text(b),
  '<': ordered((a, b) => a < b),
  '>': ordered((a, b) => a > b),
  '>=': ordered((a, b) => a >= b),
  startswith: (a, b) => text(a).startsWith(text(b)),
  contains: (a, b) => text(a).includes(text(b)),
};

function jsonOf(value: string): Value {
  const known = parsedJson.get(value) ?? JSON.parse(value);
  parsedJson.set(value, known);
  return known;
}

const functions: Readonly<Record<string, (value: Value, now: Date) => Value>> = {
  isnull: (value) => value === null,
  ago: (span, now) => new Date(now.getTime() - Number(span)),
  parse_json: (value) => (typeof value === 'string' ? jsonOf(value) : null),
  tobool: (value) => (typeof value === 'boolean' ? value : null),
  todatetime: (value) => (typeof value === 'string' ? new Date(value) : null),
  toint: (value) => (value === null || Number.isNaN(Number(value)) ? null : Number(value)),
  tostring: (value) => (value === null ? '' : String(value)),
};
