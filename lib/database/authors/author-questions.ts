import { hasAuthor } from '../../inventory/authors/author.ts';
import type { AuthorQuestion } from '../../inventory/authors/author-search.ts';
import { changeKinds } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from '../queries/row-values.ts';
import { storedFields, storedTexts } from '../queries/stored-json.ts';
import type { ChangeSource } from '../views/change-source.ts';
import { changeSources } from '../views/change-sources.ts';

/** A question about one change, with the key of its row in `change_author`. */
export interface StoredQuestion extends AuthorQuestion {
  readonly seq: number;
  readonly source: number;
  readonly firstKey: string | number;
  readonly secondKey: string | number;
  /** An earlier run has asked it. */
  readonly isSecond: boolean;
}

/** More changes than this in one run have one cause, such as a policy. The rest are `notRead`: memory stays bounded. */
const mostQuestions = 50_000;

/** What to ask the activity log: about the changes that a run found, and once more what the runs before it left open. */
export function readAuthorQuestions(database: Database, seq: number): readonly StoredQuestion[] {
  const before = database.prepare('SELECT 1 FROM run WHERE seq < ? LIMIT 1').get(seq);
  // What the oldest run found is no change.
  if (before === undefined) return [];
  const questions: StoredQuestion[] = [];
  for (const row of database.prepare(openSql).iterate(seq, mostQuestions)) questions.push(toOpenQuestion(row));
  for (const source of changeSources) {
    const sql = newSql(source);
    if (sql === null) continue;
    for (const row of database.prepare(sql).iterate(seq, mostQuestions - questions.length)) {
      const question = toNewQuestion(row, seq);
      if (hasAuthor(question.kind)) questions.push(question);
    }
  }
  return questions;
}

const openSql = `SELECT seq, source, first_key, second_key, question FROM change_author
  WHERE question IS NOT NULL AND seq < ? ORDER BY seq DESC LIMIT ?`;

function newSql({ author, keys, kind, at, notBefore, from, where, seq }: ChangeSource): string | null {
  if (author === undefined) return null;
  return `SELECT ${author.source} AS source, ${keys[0]} AS first_key, ${keys[1] ?? '0'} AS second_key, ${kind} AS kind,
    ${notBefore} AS not_before, ${at} AS at, ${author.resourceIds} AS resource_ids
    FROM ${from} WHERE ${where} AND ${seq} = ? LIMIT ?`;
}

function toNewQuestion(row: SqlRow, seq: number): StoredQuestion {
  return {
    ...keyOf(row, seq),
    isSecond: false,
    kind: oneOf(changeKinds, row.kind, 'kind'),
    resourceIds: resourceIdsOf(row),
    after: textOrNull(row, 'not_before'),
    until: text(row, 'at'),
  };
}

function toOpenQuestion(row: SqlRow): StoredQuestion {
  const question = storedFields(text(row, 'question')) ?? {};
  return {
    ...keyOf(row, integer(row, 'seq')),
    isSecond: true,
    kind: oneOf(changeKinds, question.kind, 'question'),
    resourceIds: storedTexts(JSON.stringify(question.resourceIds)) ?? [],
    after: typeof question.after === 'string' ? question.after : null,
    until: String(question.until),
  };
}

function keyOf(row: SqlRow, seq: number) {
  return { seq, source: integer(row, 'source'), firstKey: key(row, 'first_key'), secondKey: key(row, 'second_key') };
}

function key(row: SqlRow, column: string): string | number {
  return typeof row[column] === 'string' ? row[column] : integer(row, column);
}

/** A JSON array whose elements may be null. */
function resourceIdsOf(row: SqlRow): readonly string[] {
  const ids: unknown = JSON.parse(text(row, 'resource_ids'));
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}
