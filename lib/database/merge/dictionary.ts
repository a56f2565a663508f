import type { Database } from '../database.ts';

/** Integers that stand for repeated texts in the tables, with what was met before kept in memory. */
export interface Dictionary {
  /** Number of a text such as a location or a size; null stays null. */
  text(value: string | null): number | null;
  requiredText(value: string): number;
  /** Number of a resource group, without regard to case. */
  resourceGroup(name: string): number;
  /** The casing in which the table keeps a resource group's name. */
  resourceGroupName(id: number): string;
  /** Number of a subscription (lower-case id); given when it is new. */
  subscription(subscriptionId: string): number;
}

export function openDictionary(database: Database): Dictionary {
  const texts = new Map<string, number>();
  const groups = new Map<string, number>();
  const groupNames = new Map<number, string>();
  const subscriptions = new Map<string, number>();
  const findText = database.prepare('SELECT id FROM text WHERE value = ?');
  const addText = database.prepare('INSERT INTO text (value) VALUES (?)');
  const findGroup = database.prepare('SELECT id, name FROM resource_group WHERE key = ?');
  const addGroup = database.prepare('INSERT INTO resource_group (key, name) VALUES (?, ?)');
  const groupById = database.prepare('SELECT name FROM resource_group WHERE id = ?');
  const findSubscription = database.prepare('SELECT id FROM subscription_key WHERE subscription_id = ?');
  const addSubscription = database.prepare('INSERT INTO subscription_key (subscription_id) VALUES (?)');

  const requiredText = (value: string): number => {
    const known = texts.get(value);
    if (known !== undefined) return known;
    const id = Number(findText.get(value)?.id ?? addText.run(value).lastInsertRowid);
    texts.set(value, id);
    return id;
  };
  return {
    requiredText,
    text: (value) => (value === null ? null : requiredText(value)),
    resourceGroup(name) {
      const known = groups.get(name);
      if (known !== undefined) return known;
      const key = name.toLowerCase();
      const id = Number(findGroup.get(key)?.id ?? addGroup.run(key, name).lastInsertRowid);
      groups.set(name, id);
      return id;
    },
    resourceGroupName(id) {
      const known = groupNames.get(id);
      if (known !== undefined) return known;
      const name = String(groupById.get(id)?.name);
      groupNames.set(id, name);
      return name;
    },
    subscription(subscriptionId) {
      const known = subscriptions.get(subscriptionId);
      if (known !== undefined) return known;
      const id = Number(
        findSubscription.get(subscriptionId)?.id ?? addSubscription.run(subscriptionId).lastInsertRowid,
      );
      subscriptions.set(subscriptionId, id);
      return id;
    },
  };
}
