import { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

/**
 * Preloaded into an Azurite that keeps its data. Azurite answers a change first, and saves what it knows of its blobs
 * every five seconds. With this it answers a change once it is saved, so that whatever was reported as done is on disk,
 * also when all processes are killed.
 * @see https://github.com/techfort/LokiJS the database in which Azurite keeps what it knows
 */

interface Database {
  autosaveDirty(): boolean;
  /** A save is in progress; it may lack the newest change. */
  readonly throttledSavePending: boolean;
  /** Starts after the save in progress, if there is one. */
  saveDatabase(done: (error?: unknown) => void): void;
}

const azurite = createRequire(createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'));
const { prototype }: { prototype: Database & { autosaveEnable(...options: unknown[]): void } } = azurite('lokijs');
const { autosaveEnable } = prototype;
const databases: Database[] = [];

prototype.autosaveEnable = function (this: Database, ...options) {
  databases.push(this);
  Reflect.apply(autosaveEnable, this, options);
};

const { end } = ServerResponse.prototype;
Object.assign(ServerResponse.prototype, {
  end(this: ServerResponse, ...content: unknown[]): ServerResponse {
    const answer = (): unknown => Reflect.apply(end, this, content);
    if (['GET', 'HEAD', 'OPTIONS'].includes(this.req.method ?? '')) answer();
    // Without an answer, the client tries again.
    else saved().then(answer, (error: unknown) => this.destroy(error instanceof Error ? error : new Error(`${error}`)));
    return this;
  },
});

async function saved(): Promise<void> {
  const changed = databases.filter((database) => database.autosaveDirty() || database.throttledSavePending);
  await Promise.all(changed.map(save));
}

function save(database: Database): Promise<void> {
  return new Promise((resolve, reject) => {
    database.saveDatabase((error) => (error ? reject(error) : resolve()));
  });
}
