import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { type AuthorAnswer, findAuthors } from '../collect/find-authors.ts';
import { readAuthorQuestions } from '../database/authors/author-questions.ts';
import { type AuthorResult, writeAuthors, writeAuthorsAsked } from '../database/authors/write-authors.ts';
import type { Database } from '../database/database.ts';
import type { Plan } from '../inventory/plan.ts';

interface ChangeAuthorsRequest {
  /** The run's own, without what other deployments have read: this identity asks only where it sees the subscription. */
  readonly plan: Plan;
  /** `INVENTORY_CHANGE_AUTHORS` */
  readonly isAsked: boolean;
  readonly arm: ArmClient;
  readonly onProgress?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes who caused the changes of a run, and once more asks for what the run before did not find. A run without changes
 * sends no request. Nothing here fails a run: what the activity log does not say stays visible as `byStatus`.
 * @throws the signal's reason
 */
export async function writeChangeAuthors(
  seq: number,
  { plan, isAsked, arm, onProgress, signal }: ChangeAuthorsRequest,
  database: Database,
): Promise<void> {
  writeAuthorsAsked(database, seq, isAsked);
  if (!isAsked) return;
  const questions = readAuthorQuestions(database, seq);
  if (questions.length === 0) return;
  onProgress?.();
  const subscriptionIds = new Set(plan.subscriptions.map(({ subscriptionId }) => subscriptionId));
  const answers = await findAuthors(questions, { arm, subscriptionIds, signal });
  writeAuthors(
    database,
    questions.flatMap((question, index) => withResult(question, answers[index])),
  );
}

function withResult<Question>(question: Question, answer: AuthorAnswer | undefined) {
  return answer === undefined ? [] : [{ question, result: resultOf(answer) }];
}

function resultOf(answer: AuthorAnswer): AuthorResult {
  const { status } = answer;
  const found = status === 'found' ? answer.found : null;
  return { status, found, again: status === 'notRead' ? answer.visible : status !== 'found' };
}
