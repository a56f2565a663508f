import type { Author, AuthorStatus } from '../../inventory/authors/author.ts';
import { type AuthorFound, toAuthor } from '../../inventory/authors/author-search.ts';
import { fold } from '../../inventory/names/fold.ts';
import type { Database } from '../database.ts';
import type { StoredQuestion } from './author-questions.ts';

/** The answer to one question. `again` = worth asking once more, if no run has asked it before. */
export interface AuthorResult {
  readonly status: AuthorStatus;
  readonly found: AuthorFound | null;
  readonly again: boolean;
}

/** Records whether a run asks for the authors of its changes. */
export function writeAuthorsAsked(database: Database, seq: number, isAsked: boolean): void {
  database.prepare('UPDATE run SET authors = ? WHERE seq = ?').run(isAsked ? 1 : 0, seq);
}

/** Stores the answers. A change without a question has no row, so its status is `notRead`. */
export function writeAuthors(
  database: Database,
  answers: Iterable<{ readonly question: StoredQuestion; readonly result: AuthorResult }>,
): void {
  const write = database.prepare(`INSERT OR REPLACE INTO change_author
    (seq, source, first_key, second_key, status, author, caller_key, caller_id, question) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const principalIdOf = preparePrincipalIds(database);
  for (const { question, result } of answers) {
    const { status, found, again } = result;
    if (status === 'notRead' && !again) continue;
    const { seq, source, firstKey, secondKey, isSecond, kind, resourceIds, after, until } = question;
    const author = found === null ? null : toAuthor(found, principalIdOf);
    const open = again && !isSecond ? JSON.stringify({ kind, resourceIds, after, until }) : null;
    write.run(seq, source, firstKey, secondKey, status, ...authorValues(author), open);
  }
}

function authorValues(author: Author | null): readonly [string | null, string | null, string | null] {
  if (author === null) return [null, null, null];
  const { caller, callerId } = author;
  return [JSON.stringify(author), caller === null ? null : fold(caller), callerId?.toLowerCase() ?? null];
}

function preparePrincipalIds(database: Database): (id: string) => string | null {
  const byPrincipal = database.prepare('SELECT principal_id FROM identity WHERE principal_id = ? LIMIT 1');
  const byClient = database.prepare(
    'SELECT principal_id FROM identity WHERE client_id = ? AND principal_id IS NOT NULL LIMIT 1',
  );
  return (id) => {
    const found = byPrincipal.get(id) ?? byClient.get(id);
    return typeof found?.principal_id === 'string' ? found.principal_id : null;
  };
}
