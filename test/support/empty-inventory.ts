import { Database, openForWriting } from '../../lib/database/database.ts';

const template = openForWriting(':memory:');
const bytes = template.serialize();
template.close();

/** An inventory in memory for one use, copied: to make its tables takes eight times as long. */
export function inEmptyInventory<T>(use: (database: Database) => T): T {
  const database = new Database(':memory:', { enableForeignKeyConstraints: false });
  try {
    database.deserialize(bytes);
    return use(database);
  } finally {
    database.close();
  }
}
