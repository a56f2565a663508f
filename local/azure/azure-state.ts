import type { Faults } from './faults/faults.ts';
import type { RateLimiter } from './faults/rate-limits.ts';
import type { RequestLog } from './request-log.ts';
import type { PageCache } from './resource-manager/page-cache.ts';
import type { SampleTenant } from './sample-tenant.ts';
import type { TokenIssuer } from './tokens.ts';

/** The public cloud, or Azure Stack Hub. */
export type CloudKind = 'azure' | 'azureStack';

/** The state of one stand-in, which both of its servers share. */
export interface AzureState {
  readonly tenant: SampleTenant;
  readonly cloud: CloudKind;
  readonly issuer: TokenIssuer;
  /** The app's IDENTITY_HEADER from App Service. */
  readonly identityHeader: string;
  readonly faults: Faults;
  readonly limiter: RateLimiter;
  readonly log: RequestLog;
  readonly pages: PageCache;
  readonly pageSize: number;
  readonly latencyMs: number;
}
