import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Processes } from './processes.ts';

/** Every Azurite's account and key: no secret. https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface StorageEmulator {
  /** Of its blob service. */
  readonly origin: string;
  readonly connectionString: string;
}

/**
 * Starts Azurite on free ports.
 * @param folder what it keeps; null = in memory, empty
 */
export async function startAzurite(processes: Processes, folder: string | null): Promise<StorageEmulator> {
  if (folder !== null) await mkdir(folder, { recursive: true });
  const origins = new Map<string, string>();
  const endpoint = (service: string): string => `${service}Endpoint=${origins.get(service)}/${account};`;
  return processes.start({
    name: 'Azurite',
    command: process.execPath,
    args: [
      '--import',
      pathToFileURL(join(import.meta.dirname, 'tether.ts')).href,
      createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
      '--blobPort',
      '0',
      '--queuePort',
      '0',
      '--tablePort',
      '0',
      '--disableTelemetry',
      '--skipApiVersionCheck',
      '--silent',
      ...(folder === null ? ['--inMemoryPersistence'] : ['--location', folder]),
    ],
    environment: process.env,
    ready(line) {
      const { service, origin } =
        /(?<service>Blob|Queue|Table) service is successfully listening at (?<origin>\S+)/.exec(line)?.groups ?? {};
      if (service !== undefined && origin !== undefined) origins.set(service, origin);
      const blobs = origins.get('Blob');
      if (blobs === undefined || origins.size < 3) return undefined;
      const endpoints = ['Blob', 'Queue', 'Table'].map(endpoint).join('');
      return {
        origin: blobs,
        connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};${endpoints}`,
      };
    },
    onLine(line) {
      // On stdout it says good-bye in six lines.
      if (!/Azurite|successfully|In-memory extent/.test(line)) process.stderr.write(`azurite: ${line}\n`);
    },
  });
}
