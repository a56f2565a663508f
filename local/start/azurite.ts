import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Processes } from './processes.ts';

/**
 * The account and key of every Azurite: no secret. https://learn.microsoft.com/azure/storage/common/storage-use-azurite
 */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface StorageEmulator {
  /** Origin of the blob service. */
  readonly origin: string;
  readonly connectionString: string;
}

/**
 * Starts Azurite on free ports.
 * @param folder where it keeps its data: it answers a change once it is there; null = in memory, empty
 */
export async function startAzurite(processes: Processes, folder: string | null): Promise<StorageEmulator> {
  if (folder !== null) await mkdir(folder, { recursive: true });
  const preloads = folder === null ? ['tether.ts'] : ['tether.ts', 'save-before-answer.ts'];
  const imports = preloads.flatMap((file) => ['--import', pathToFileURL(join(import.meta.dirname, file)).href]);
  const azurite = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
  const services = ['Blob', 'Queue', 'Table'];
  const ports = services.flatMap((service) => [`--${service.toLowerCase()}Port`, '0']);
  const place = folder === null ? ['--inMemoryPersistence'] : ['--location', folder];
  const origins = new Map<string, string>();
  return processes.start({
    name: 'Azurite',
    command: process.execPath,
    args: [...imports, azurite, ...ports, ...place, '--disableTelemetry', '--skipApiVersionCheck', '--silent'],
    environment: process.env,
    ready(line) {
      const listening = /\b(?<service>\w+) service is successfully listening at (?<origin>\S+)/.exec(line)?.groups;
      origins.set(listening?.service ?? '', listening?.origin ?? '');
      const origin = origins.get('Blob');
      if (origin === undefined || !services.every((service) => origins.has(service))) return undefined;
      const endpoints = services.map((service) => `${service}Endpoint=${origins.get(service)}/${account};`).join('');
      return {
        origin,
        connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};${endpoints}`,
      };
    },
    onLine(line) {
      // At its end Azurite prints six lines to stdout.
      if (!/Azurite|successfully|In-memory extent/.test(line)) process.stderr.write(`azurite: ${line}\n`);
    },
  });
}
