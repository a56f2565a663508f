import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { totalmem } from 'node:os';
import { createCertificate } from './certificate.ts';
import { type IdentitySource, localEnvironment } from './environment.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { createRateLimiter, type RateLimits } from './faults/rate-limits.ts';
import { close, listen } from './listen.ts';
import { createRequestLog, type LoggedRequest, type RequestStats } from './request-log.ts';
import { createPageCache } from './resource-manager/page-cache.ts';
import type { SampleTenant } from './sample-tenant.ts';
import { type Served, serveIdentity, serveResourceManager } from './serve.ts';
import { createTokenIssuer, type TokenIssuer } from './tokens.ts';

export interface LocalAzureOptions {
  readonly tenant: SampleTenant;
  /** Added to every answer. Default 0. */
  readonly latencyMs?: number;
  /** Rows on a page. Default 50. */
  readonly pageSize?: number;
  /** Resource Manager's port; 0 (default): a free one. The identity endpoints always take a free one. */
  readonly port?: number;
  /** How long tokens hold. Default 24 hours, as managed identities' do. */
  readonly tokenLifetimeSeconds?: number;
  /** Requests that a subscription takes; default: any number, with headers that tell of full buckets. */
  readonly limits?: RateLimits;
  /** Milliseconds as the limits see them; default: the clock. */
  readonly now?: () => number;
}

/** Azure on one machine: Resource Manager over https, the managed-identity endpoints over http. */
export interface LocalAzure extends AsyncDisposable {
  /** `https://localhost:PORT` */
  readonly endpoint: string;
  /** `http://127.0.0.1:PORT` */
  readonly identityEndpoint: string;
  /** PEM text of what clients must trust. */
  readonly caCertificate: string;
  /** The same in a file. */
  readonly caFile: string;
  /** Value of App Service's IDENTITY_HEADER. */
  readonly identityHeader: string;
  readonly tenant: SampleTenant;
  readonly faults: Faults;
  readonly tokens: TokenIssuer;
  /** Every request so far, in the order they arrived. */
  readonly requests: readonly LoggedRequest[];
  readonly stats: RequestStats;
  /** Forgets requests and faults, and fills all buckets. */
  reset(): void;
  environment(source: IdentitySource): Record<string, string>;
  stop(): Promise<void>;
}

/** Starts both servers on loopback. */
export async function startLocalAzure(options: LocalAzureOptions): Promise<LocalAzure> {
  const { tenant, pageSize = 50, latencyMs = 0 } = options;
  const certificate = await createCertificate();
  const faults = createFaults();
  const log = createRequestLog();
  const issuer = createTokenIssuer(tenant.tenantId, options.tokenLifetimeSeconds ?? 86_400);
  const limiter = createRateLimiter(options.limits ?? null, options.now);
  const pages = createPageCache(totalmem() / 8);
  const identityHeader = randomBytes(16).toString('hex');
  const manager = { tenant, issuer, limiter, pages, pageSize };
  const served: Served = { tenant, faults, log, limiter, issuer, identityHeader, manager, latencyMs };

  const managerServer = createHttpsServer(
    { cert: certificate.certificate, key: certificate.privateKey },
    handler((request, response) => serveResourceManager(served, request, response)),
  );
  const identityServer = createHttpServer(handler((request, response) => serveIdentity(served, request, response)));
  const endpoint = `https://localhost:${await listen(managerServer, options.port ?? 0)}`;
  const identityEndpoint = `http://127.0.0.1:${await listen(identityServer, 0)}`;
  const { caFile } = certificate;

  async function stop(): Promise<void> {
    await Promise.all([close(managerServer), close(identityServer), certificate.remove()]);
  }
  return {
    endpoint,
    identityEndpoint,
    caCertificate: certificate.certificate,
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
    environment: (source) => localEnvironment({ endpoint, identityEndpoint, identityHeader, caFile }, source),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A defect of the stand-in itself shows as a 500 that names it; a client that went away is no defect. */
function handler(serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      if (response.destroyed || response.headersSent) return response.destroy();
      response.writeHead(500, { 'content-type': 'text/plain' });
      return response.end(`local-azure: ${error instanceof Error ? error.stack : String(error)}`);
    });
  };
}
