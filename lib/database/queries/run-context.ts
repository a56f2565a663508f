import type { Kind } from '../../inventory/coverage.ts';
import type { Database } from '../database.ts';
import { lastReadAt, type SubscriptionAt, subscriptionsAt } from './coverage/subscriptions-at.ts';
import { text } from './row-values.ts';
import { prepared } from './statements.ts';
import { keep, perRun } from './while-open.ts';

/** Values that the rows of one run share. */
export interface RunContext {
  readonly database: Database;
  readonly seq: number;
  text(id: number): string;
  textOrNull(id: number | null): string | null;
  /** @throws {TypeError} a machine belongs to a subscription that has no version */
  subscription(key: number): SubscriptionAt;
  /** When a kind of a subscription was last read, up to this run or an earlier one; null if never. */
  lastRead(subscription: number, kind: Kind, seq: number): string | null;
}

export const runContext = perRun((database, seq): RunContext => {
  const texts = new Map<number, string>();
  const subscriptions = subscriptionsAt(database, seq);
  const context: RunContext = {
    database,
    seq,
    text: (id) => keep(texts, id, () => readText(database, id)),
    textOrNull: (id) => (id === null ? null : context.text(id)),
    subscription(key) {
      const known = subscriptions.get(key);
      if (known === undefined) throw new TypeError(`Subscription ${key} has no version at ${seq}`);
      return known;
    },
    lastRead: (key, kind, at) =>
      at === seq ? context.subscription(key).lastRead(kind) : lastReadAt(database, at, key, kind, 'atAll'),
  };
  return context;
});

function readText(database: Database, id: number): string {
  const row = prepared(database, 'SELECT value FROM text WHERE id = ?').get(id);
  if (row === undefined) throw new TypeError(`There is no text ${id}`);
  return text(row, 'value');
}
