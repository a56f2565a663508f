import { readAuthorQuestions } from '../../lib/database/authors/author-questions.ts';
import { writeAuthors } from '../../lib/database/authors/write-authors.ts';
import type { Database } from '../../lib/database/database.ts';
import type { ActivityEvent } from '../../lib/inventory/authors/author-search.ts';
import type { ChangeKind } from '../../lib/inventory/run.ts';

/** Stores this caller as the author of all changes of some kinds that a run found. */
export function writeAuthor(
  database: Database,
  seq: number,
  kinds: readonly ChangeKind[],
  by: Partial<ActivityEvent>,
  candidates: readonly (string | null)[] | null = null,
): void {
  const event: ActivityEvent = {
    resourceId: '/subscriptions/s',
    operation: 'Microsoft.Compute/virtualMachines/write',
    at: '2026-11-01T01:30:00.000Z',
    caller: null,
    oid: null,
    appid: null,
    idtyp: null,
    correlationId: 'cccccccc-0000-4000-8000-00000000000c',
    clientIpAddress: '192.0.2.7',
    moved: '',
    ...by,
  };
  const questions = readAuthorQuestions(database, seq).filter(({ kind }) => kinds.includes(kind));
  const result = { status: 'found', again: false, found: { event, candidates } } as const;
  writeAuthors(
    database,
    questions.map((question) => ({ question, result })),
  );
}
