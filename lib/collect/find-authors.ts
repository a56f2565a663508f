import { forEachBounded } from '../async/for-each-bounded.ts';
import type { ArmClient, RequestContext } from '../azure/resource-manager/client/arm-client.ts';
import { newRequestMeter, newWaitBudget } from '../azure/resource-manager/client/request-context.ts';
import {
  type ActivityQuery,
  activityLogDays,
  listActivityEvents,
} from '../azure/resource-manager/resources/activity-log.ts';
import {
  type AuthorFound,
  type AuthorQuestion,
  authorSearch,
  resourceGroupOf,
} from '../inventory/authors/author-search.ts';
import { guidPattern } from '../inventory/commands/azure-id.ts';
import { fold } from '../inventory/names/fold.ts';

/** What the activity log says about one change. */
export type AuthorAnswer =
  | { readonly status: 'found'; readonly found: AuthorFound }
  | { readonly status: 'notFound' | 'expired' }
  /** `visible` = this identity sees a subscription that it would have to ask. */
  | { readonly status: 'notRead'; readonly visible: boolean };

export interface AuthorRequest {
  readonly arm: ArmClient;
  /** Lower case. Only these are asked: what this identity sees by itself, whatever other deployments have read. */
  readonly subscriptionIds: ReadonlySet<string>;
  /** All requests together; default: half a minute. */
  readonly mostMs?: number | undefined;
  /** Pages of one list; default: 50, some ten thousand events. */
  readonly mostPages?: number | undefined;
  readonly signal: AbortSignal;
}

const defaultMostMs = 30_000;
const defaultMostPages = 50;
/** For throttling, per subscription. A request that would wait longer fails at once. */
const waitBudgetMs = 5_000;
const openQueries = 32;
const dayMs = 86_400_000;
/** Azure refuses a time that is 90 days ago by its own clock. */
const marginMs = 60_000;

/** Whose events name the author of a change. Other namespaces are never asked. */
const providers = [
  'Microsoft.Compute',
  'Microsoft.HybridCompute',
  'Microsoft.ManagedIdentity',
  'Microsoft.Authorization',
  'Microsoft.Resources',
];

type Search = ReturnType<typeof authorSearch> & { failed: boolean; asked: boolean };

/** One pass through the log of one subscription. */
interface Pass {
  readonly subscriptionId: string;
  readonly provider: string;
  from: string;
  to: string;
  /** By the folded id of the resource that an event names. */
  readonly resources: Map<string, { readonly resourceId: string; readonly searches: Search[] }>;
}

/**
 * Asks the activity log for the authors of changes: one list per subscription and provider, or of the resource if there
 * is only one. It is bounded in time and pages, waits hardly for throttling, and never throws for a failure: what could
 * not be read is `notRead`.
 * @returns one answer per question, in their order
 * @throws the signal's reason
 */
export async function findAuthors(
  questions: readonly AuthorQuestion[],
  request: AuthorRequest,
): Promise<readonly AuthorAnswer[]> {
  const { arm, signal, mostMs = defaultMostMs, mostPages = defaultMostPages } = request;
  const logBegins = new Date(Date.now() - activityLogDays * dayMs + marginMs).toISOString();
  const passes = new Map<string, Pass>();
  const searches = questions.map((question): Search => {
    const search = { ...authorSearch(question), failed: false, asked: false };
    if (question.until > logBegins) addToPasses(passes, question, search, request.subscriptionIds, logBegins);
    return search;
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(mostMs)]);
  const bySubscription = Map.groupBy(passes.values(), ({ subscriptionId }) => subscriptionId);
  await forEachBounded([...bySubscription.values()], openQueries, signal, async (ofSubscription) => {
    const context = { meter: newRequestMeter(), budget: newWaitBudget(waitBudgetMs), signal: limit, priority: -1 };
    for (const pass of ofSubscription) {
      const isRead = await readPass(arm, pass, mostPages, context).catch(() => false);
      signal.throwIfAborted();
      if (!isRead)
        for (const { searches: failed } of pass.resources.values()) for (const one of failed) one.failed = true;
    }
  });
  return questions.map((question, index) => answerOf(question, searches[index], logBegins));
}

function addToPasses(
  passes: Map<string, Pass>,
  question: AuthorQuestion,
  search: Search,
  visible: ReadonlySet<string>,
  logBegins: string,
): void {
  const { kind, resourceIds, after, until } = question;
  const from = after === null || after < logBegins ? logBegins : after;
  const groups = kind === 'virtualMachineMoved' ? resourceIds.slice(1).flatMap((id) => resourceGroupOf(id) ?? []) : [];
  for (const [resourceId, provider] of [
    ...resourceIds.map((id) => [id, providerOf(id)] as const),
    ...groups.map((id) => [id, 'Microsoft.Resources'] as const),
  ]) {
    const subscriptionId = /^\/subscriptions\/([^/]+)\//i.exec(resourceId)?.[1]?.toLowerCase() ?? '';
    if (provider === null || !guidPattern.test(subscriptionId) || !visible.has(subscriptionId) || from > until)
      continue;
    search.asked = true;
    const key = `${subscriptionId} ${provider}`;
    const pass = passes.get(key) ?? { subscriptionId, provider, from, to: until, resources: new Map() };
    passes.set(key, pass);
    if (from < pass.from) pass.from = from;
    if (until > pass.to) pass.to = until;
    const resource = pass.resources.get(fold(resourceId)) ?? { resourceId, searches: [] };
    pass.resources.set(fold(resourceId), resource);
    resource.searches.push(search);
  }
}

/** The namespace of the resource itself, not of what it is assigned to. */
function providerOf(resourceId: string): string | null {
  const namespace = /^.*\/providers\/([^/]+)\//i.exec(resourceId)?.[1]?.toLowerCase();
  return providers.find((known) => known.toLowerCase() === namespace) ?? null;
}

/** @returns false if the list is longer than the bound: an event may be missing */
async function readPass(arm: ArmClient, pass: Pass, mostPages: number, context: RequestContext): Promise<boolean> {
  let pages = 0;
  await listActivityEvents(arm, pass.subscriptionId, queryOf(pass), context).read((events) => {
    pages += 1;
    if (pages > mostPages) return 'stop';
    for (const event of events) {
      for (const search of pass.resources.get(fold(event.resourceId))?.searches ?? []) search.add(event);
    }
    return undefined;
  });
  return pages <= mostPages;
}

function queryOf({ from, to, provider, resources }: Pass): ActivityQuery {
  const [only, ...others] = resources.values();
  const of =
    only !== undefined && others.length === 0 ? { resourceUri: only.resourceId } : { resourceProvider: provider };
  return { from, to, of, withMoves: provider === 'Microsoft.Resources' };
}

function answerOf({ after, until }: AuthorQuestion, search: Search | undefined, logBegins: string): AuthorAnswer {
  if (until <= logBegins) return { status: 'expired' };
  if (search === undefined || !search.asked) return { status: 'notRead', visible: false };
  // A part of the log may lack the newest event.
  if (search.failed) return { status: 'notRead', visible: true };
  const found = search.found();
  if (found !== null) return { status: 'found', found };
  return { status: after !== null && after < logBegins ? 'expired' : 'notFound' };
}
