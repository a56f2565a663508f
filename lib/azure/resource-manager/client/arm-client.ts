import {
  createEmptyPipeline,
  createPipelineRequest,
  type HttpClient,
  type Pipeline,
  type PipelinePolicy,
} from '@azure/core-rest-pipeline';
import { type Clock, systemClock } from '../../../async/clock.ts';
import type { Cloud } from '../../cloud.ts';
import type { TokenSource } from '../../token.ts';
import { createConcurrencyGate } from './concurrency-gate.ts';
import { InvalidResponseError } from './errors.ts';
import { createHttpsClient } from './https-client.ts';
import type { Members, SomeMembers } from './members/member-filter.ts';
import { createPaces } from './pace.ts';
import { type Pages, readPages } from './pages.ts';
import { apiVersionPolicy } from './policies/api-version-policy.ts';
import { bearerTokenPolicy } from './policies/bearer-token-policy.ts';
import { errorPolicy } from './policies/error-policy.ts';
import { isJsonResponse, jsonPolicy } from './policies/json-policy.ts';
import { pacingPolicy } from './policies/pacing-policy.ts';
import { requestIdPolicy } from './policies/request-id-policy.ts';
import { retryPolicy } from './policies/retry-policy.ts';
import { userAgentPolicy } from './policies/user-agent-policy.ts';
import { attachContext, contextPolicy, type RequestContext } from './request-context.ts';

export type { RequestContext, RequestMeter } from './request-context.ts';

interface ArmRequest {
  readonly apiVersion: string;
  /** Further query parameters, unencoded. */
  readonly query?: Readonly<Record<string, string>>;
  readonly context: RequestContext;
}

interface ArmListRequest extends ArmRequest {
  /** The members of each item that are read; the rest is skipped, which is faster. Default: all. */
  readonly members?: SomeMembers;
}

/** Resource Manager of one cloud, as one identity sees it. Share it, because it bounds the requests in flight. */
export interface ArmClient {
  /** `https://management.azure.com`, without a slash at the end. */
  readonly origin: string;
  /**
   * One GET.
   * @param path encoded, starting with a slash
   * @returns the parsed body, unchecked
   * @throws {ArmError} Resource Manager answered with an error
   * @throws {ThrottledError} the budget of waits is used up
   * @throws {NoTokenError} there is no token, or Resource Manager refuses it
   * @throws {ConnectionError} no complete answer after several attempts
   * @throws {InvalidResponseError} a success that is not JSON
   */
  get(path: string, request: ArmRequest): Promise<unknown>;
  /**
   * A list, page by page.
   * @throws what `get` throws, `ForeignNextLink` and `NextLinkLoop`
   */
  pages(path: string, request: ArmListRequest): Pages<unknown>;
  /** Options for a client of the Azure SDK, so that it sends through the same policies. */
  forSdk(context: RequestContext): { readonly pipeline: Pipeline; readonly httpClient: HttpClient };
}

export interface ArmClientOptions {
  readonly cloud: Pick<Cloud, 'resourceManagerEndpoint' | 'audience'>;
  readonly tokens: Pick<TokenSource, 'token'>;
  /** The most requests in flight, over all subscriptions. */
  readonly concurrency: number;
  readonly clock?: Clock;
  /** Default: https. `bench` passes a simulation. */
  readonly httpClient?: HttpClient;
}

export function createArmClient(options: ArmClientOptions): ArmClient {
  const { origin } = new URL(options.cloud.resourceManagerEndpoint);
  const policies = createPolicies(options);
  const pipeline = toPipeline(policies);
  const httpClient = options.httpClient ?? createHttpsClient(options.concurrency);

  async function getJson<T>(
    url: string,
    context: RequestContext,
    members: Members,
    read: (json: unknown) => T,
  ): Promise<T> {
    const request = createPipelineRequest({ url });
    request.headers.set('Accept', 'application/json');
    attachContext(request, context, members);
    const response = await pipeline.sendRequest(httpClient, request);
    if (isJsonResponse(response)) return read(response.json.take());
    throw new InvalidResponseError(`The answer to ${new URL(url).pathname} has status ${response.status} and no body`);
  }

  const urlOf = (path: string, { apiVersion, query }: ArmRequest) =>
    `${origin}${path}?${new URLSearchParams({ 'api-version': apiVersion, ...query })}`;

  return {
    origin,
    get: (path, request) => getJson(urlOf(path, request), request.context, 'all', (json) => json),
    pages(path, request) {
      const { context, members } = request;
      const ofPage = members === undefined ? 'all' : membersOfPage(members);
      return readPages(urlOf(path, request), context, (url, read) => getJson(url, context, ofPage, read));
    },
    forSdk: (context) => ({ pipeline: toPipeline([contextPolicy(context), ...policies]), httpClient }),
  };
}

const pageMembers = new WeakMap<SomeMembers, SomeMembers>();

/** The same object for the same members of an item, so that the filter prepares them once. */
function membersOfPage(ofItem: SomeMembers): SomeMembers {
  const known = pageMembers.get(ofItem);
  if (known !== undefined) return known;
  const ofPage = { value: ofItem, nextLink: 'all' } as const;
  pageMembers.set(ofItem, ofPage);
  return ofPage;
}

/**
 * Outermost first. Pacing is inside the policies that retry, so that each attempt waits for its own turn. The version is
 * chosen after the wait, when more may be known of the cloud.
 */
function createPolicies(options: ArmClientOptions): readonly PipelinePolicy[] {
  const { cloud, tokens, concurrency, clock = systemClock } = options;
  const paces = createPaces();
  return [
    errorPolicy,
    userAgentPolicy,
    retryPolicy(paces, clock),
    bearerTokenPolicy(cloud, tokens),
    pacingPolicy(paces, createConcurrencyGate(concurrency), clock),
    apiVersionPolicy(),
    jsonPolicy,
    requestIdPolicy,
  ];
}

function toPipeline(policies: readonly PipelinePolicy[]): Pipeline {
  const pipeline = createEmptyPipeline();
  for (const policy of policies) pipeline.addPolicy(policy);
  return pipeline;
}
