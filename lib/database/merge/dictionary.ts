import { fold } from '../../inventory/names/fold.ts';
import type { Database } from '../database.ts';

/** Integers that stand for repeated texts in the tables. Keeps in memory what it has looked up. */
export type Dictionary = ReturnType<typeof openDictionary>;

export function openDictionary(database: Database) {
  const findText = database.prepare('SELECT id FROM text WHERE value = ?');
  const addText = database.prepare('INSERT INTO text (value) VALUES (?)');
  const findGroup = database.prepare('SELECT id FROM resource_group WHERE key = ?');
  const addGroup = database.prepare('INSERT INTO resource_group (key, name) VALUES (?, ?)');
  const groupById = database.prepare('SELECT name FROM resource_group WHERE id = ?');
  const findSubscription = database.prepare('SELECT id FROM subscription_key WHERE subscription_id = ?');
  const addSubscription = database.prepare('INSERT INTO subscription_key (subscription_id) VALUES (?)');

  const requiredText = remember((value: string) =>
    Number(findText.get(value)?.id ?? addText.run(value).lastInsertRowid),
  );
  return {
    /** Number of a text such as a location or a size. */
    requiredText,
    text: (value: string | null): number | null => (value === null ? null : requiredText(value)),
    /** Number of a resource group. Ignores case. */
    resourceGroup: remember((name: string) => {
      const key = fold(name);
      return Number(findGroup.get(key)?.id ?? addGroup.run(key, name).lastInsertRowid);
    }),
    /** The casing in which the table keeps a resource group's name. */
    resourceGroupName: remember((id: number) => String(groupById.get(id)?.name)),
    /** Number of a subscription (lower-case id). */
    subscription: remember((id: string) =>
      Number(findSubscription.get(id)?.id ?? addSubscription.run(id).lastInsertRowid),
    ),
  };
}

function remember<Key, Value>(lookUp: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = lookUp(key);
    known.set(key, value);
    return value;
  };
}
