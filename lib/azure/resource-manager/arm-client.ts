import type { HttpClient, Pipeline } from '@azure/core-rest-pipeline';
import type { Cloud } from '../cloud.ts';
import type { TokenSource } from '../token.ts';
import type { RequestContext } from './request-context.ts';

export type { RequestContext, RequestMeter, WaitBudget } from './request-context.ts';

export interface ArmRequest {
  readonly apiVersion: string;
  /** Further query parameters, not encoded. */
  readonly query?: Readonly<Record<string, string>>;
  readonly context: RequestContext;
}

/** Resource Manager of one cloud, as one identity sees it. Share one client: it bounds what is in flight. */
export interface ArmClient {
  /** `https://management.azure.com`, without a slash at the end. */
  readonly origin: string;
  /**
   * One GET.
   * @param path from the slash on, encoded
   * @returns the body, parsed and not looked at
   * @throws {ArmError} Resource Manager answered with an error
   * @throws {ThrottledError} the budget of waits is used up
   * @throws {NoTokenError} no token is to be had, or every one is refused
   * @throws {ConnectionError} no whole answer after several tries
   */
  get(path: string, request: ArmRequest): Promise<unknown>;
  /**
   * A list, page by page; an empty page is a page.
   * @throws what `get` throws, and {@link ForeignNextLinkError}, {@link NextLinkLoopError}, {@link InvalidResponseError}
   */
  pages(path: string, request: ArmRequest): AsyncGenerator<readonly unknown[]>;
  /** What a client of the Azure SDK needs to send through the same policies. */
  forSdk(context: RequestContext): { readonly pipeline: Pipeline; readonly httpClient: HttpClient };
}

export interface ArmClientOptions {
  readonly cloud: Pick<Cloud, 'resourceManagerEndpoint' | 'audience'>;
  readonly tokens: Pick<TokenSource, 'token'>;
  /** Requests in flight at most, over all subscriptions. */
  readonly concurrency: number;
  readonly userAgentVersion?: string;
  /** How to wait; default: the clock. */
  readonly delay?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export function createArmClient(_options: ArmClientOptions): ArmClient {
  throw new Error('to come');
}
