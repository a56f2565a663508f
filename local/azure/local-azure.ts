import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { totalmem } from 'node:os';
import { listenOnLoopback } from '../listen.ts';
import type { AzureState, CloudKind } from './azure-state.ts';
import { createCertificate } from './certificate.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { createRateLimiter, type RateLimits } from './faults/rate-limits.ts';
import { createRequestLog, type LoggedRequest, type RequestStats } from './request-log.ts';
import { createPageCache } from './resource-manager/page-cache.ts';
import type { SampleTenant } from './sample-tenant.ts';
import { serveIdentity, serveResourceManager } from './serve.ts';
import { createTokenIssuer, type TokenIssuer } from './tokens.ts';

/** Where the host's managed identity comes from. */
export type IdentitySource = 'AppService' | 'IMDS' | 'CloudShell';

export interface LocalAzureOptions {
  readonly tenant: SampleTenant;
  /** Which resource providers there are, in which versions. Default: those of the public cloud. */
  readonly cloud?: CloudKind;
  /** Added to every answer. Default: 0. */
  readonly latencyMs?: number;
  /** Rows per page. Default: 50. */
  readonly pageSize?: number;
  /** Port of Resource Manager. 0 (default) = any free port, as always for the identity endpoints. */
  readonly port?: number;
  /** Default: 24 hours, as for managed identities. */
  readonly tokenLifetimeSeconds?: number;
  /** Limits per subscription. Default: none, with headers that report full buckets. */
  readonly limits?: RateLimits;
  /** Clock of the limits, in milliseconds. Default: the system clock. */
  readonly now?: () => number;
}

/** Azure on one machine: Resource Manager over https, the managed-identity endpoints over http. */
export interface LocalAzure extends AsyncDisposable {
  /** `https://localhost:PORT` */
  readonly endpoint: string;
  /** `http://127.0.0.1:PORT` */
  readonly identityEndpoint: string;
  /** PEM text of the certificate that clients must trust. */
  readonly caCertificate: string;
  /** File with that certificate. */
  readonly caFile: string;
  /** Value of App Service's IDENTITY_HEADER. */
  readonly identityHeader: string;
  readonly tenant: SampleTenant;
  readonly faults: Faults;
  readonly tokens: TokenIssuer;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly LoggedRequest[];
  readonly stats: RequestStats;
  /** Removes requests and faults, and fills all buckets. */
  reset(): void;
  /** Variables that lead @azure/identity and the app here, for another process: both read them only once. */
  environment(source: IdentitySource): Record<string, string>;
  stop(): Promise<void>;
}

/** Starts both servers on loopback. */
export async function startLocalAzure(options: LocalAzureOptions): Promise<LocalAzure> {
  const { tenant, cloud = 'azure', pageSize = 50, latencyMs = 0 } = options;
  const { certificate, privateKey, caFile, remove } = await createCertificate();
  const faults = createFaults();
  const log = createRequestLog();
  const issuer = createTokenIssuer(tenant.tenantId, options.tokenLifetimeSeconds ?? 86_400);
  const limiter = createRateLimiter(options.limits ?? null, options.now);
  const pages = createPageCache(totalmem() / 8);
  const identityHeader = randomBytes(16).toString('hex');
  const state: AzureState = { tenant, cloud, faults, log, limiter, issuer, identityHeader, pages, pageSize, latencyMs };

  const managerServer = createHttpsServer({ cert: certificate, key: privateKey }, serveResourceManager(state));
  const identityServer = createHttpServer(serveIdentity(state));
  const endpoint = `https://localhost:${await listen(managerServer, options.port ?? 0)}`;
  const identityEndpoint = `http://127.0.0.1:${await listen(identityServer, 0)}`;
  const identityVariables = {
    AppService: { IDENTITY_ENDPOINT: `${identityEndpoint}/msi/token`, IDENTITY_HEADER: identityHeader },
    IMDS: { AZURE_POD_IDENTITY_AUTHORITY_HOST: identityEndpoint },
    CloudShell: { MSI_ENDPOINT: `${identityEndpoint}/oauth2/token` },
  } as const;

  async function stop(): Promise<void> {
    await Promise.all([close(managerServer), close(identityServer), remove()]);
  }
  return {
    endpoint,
    identityEndpoint,
    caCertificate: certificate,
    caFile,
    identityHeader,
    tenant,
    faults,
    tokens: issuer,
    get requests() {
      return log.requests;
    },
    get stats() {
      return log.stats;
    },
    reset() {
      faults.clear();
      log.reset();
      limiter.refill();
    },
    environment: (source) => ({
      ...identityVariables[source],
      AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint,
      AZURE_RESOURCE_MANAGER_AUDIENCE: 'https://management.azure.com',
      NODE_EXTRA_CA_CERTS: caFile,
    }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function listen(server: Server, port: number): Promise<number> {
  // Azure keeps connections open for minutes. Node's five seconds would reset connections that clients pool.
  server.keepAliveTimeout = 120_000;
  return listenOnLoopback(server, port);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
