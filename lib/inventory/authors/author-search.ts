import { guidPattern } from '../commands/azure-id.ts';
import { fold } from '../names/fold.ts';
import type { ChangeKind } from '../run.ts';
import { type Author, type Verb, verbOf } from './author.ts';

/** Asks for the author of one change. */
export interface AuthorQuestion {
  readonly kind: ChangeKind;
  /** The author is in an event of one of these resources. For a move, the new id and then the old one. */
  readonly resourceIds: readonly string[];
  /** The change lies in (`after`, `until`], ISO 8601 UTC. `after` is null if no complete reading came before. */
  readonly after: string | null;
  readonly until: string;
}

/** One succeeded event of the activity log. */
export interface ActivityEvent {
  readonly resourceId: string;
  readonly operation: string;
  /** ISO 8601 UTC, milliseconds. */
  readonly at: string;
  readonly caller: string | null;
  /** Claims of the caller's token: its object id, its application id, and whether it is a user's or an application's. */
  readonly oid: string | null;
  readonly appid: string | null;
  readonly idtyp: string | null;
  readonly correlationId: string | null;
  readonly clientIpAddress: string | null;
  /** The ids that the move of a group names, as one folded text; '' for any other event. */
  readonly moved: string;
}

/** What events say about one change. */
export interface AuthorFound {
  readonly event: ActivityEvent;
  readonly candidates: readonly (string | null)[] | null;
}

/** Collects the events of one question, in any order. */
export function authorSearch({ kind, resourceIds, after, until }: AuthorQuestion) {
  const wanted = resourceIds.map(fold);
  const verb = verbOf(kind);
  /** The newest event of each caller. */
  const newest = new Map<string | null, ActivityEvent>();
  let last: ActivityEvent | undefined;

  const names = (event: ActivityEvent): boolean =>
    wanted.includes(fold(event.resourceId)) || wanted.some((id) => movesResource(event, id));

  /**
   * The newest event of all is the author, if it can have made this change: a write deletes nothing. If it cannot, the
   * event that did is late.
   */
  const fits = (event: ActivityEvent): boolean => {
    const done = operationOf(event);
    return done === verb || (verb === 'move' && done === 'write' && fold(event.resourceId) === wanted[0]);
  };
  return {
    /** @param event that succeeded; it counts only if it names the resource, within the window */
    add(event: ActivityEvent): void {
      if ((after !== null && event.at <= after) || event.at > until || !names(event)) return;
      if (operationOf(event) === 'other') return;
      const key = event.caller === null ? null : fold(event.caller);
      if (isNewer(event, newest.get(key))) newest.set(key, event);
      if (isNewer(event, last)) last = event;
    },
    found(): AuthorFound | null {
      if (last === undefined || !fits(last)) return null;
      const callers = [...newest.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1)).map(({ caller }) => caller);
      return { event: last, candidates: callers.length > 1 ? callers : null };
    },
  };
}

/** What an operation does to the resource that its event names. Actions such as `start/action` change no inventory. */
function operationOf({ operation }: ActivityEvent): Verb | 'other' {
  if (/\/write$/i.test(operation)) return 'write';
  if (/\/delete$/i.test(operation)) return 'delete';
  return isMove(operation) ? 'move' : 'other';
}

/** `Microsoft.Resources/subscriptions/resourceGroups/moveResources/action`: its event names the source group. */
export function isMove(operation: string): boolean {
  return /\/move(?:Resources)?\/action$/i.test(operation);
}

/** Whether the event of a move lists a resource. The id ends there: `vm-1` is not `vm-10`. */
function movesResource({ moved }: ActivityEvent, id: string): boolean {
  for (let at = moved.indexOf(id); at >= 0; at = moved.indexOf(id, at + 1)) {
    if (!/[\w.()~-]/.test(moved.charAt(at + id.length))) return true;
  }
  return false;
}

function isNewer(event: ActivityEvent, than: ActivityEvent | undefined): boolean {
  return than === undefined || event.at > than.at;
}

/** The resource group of a resource, `/subscriptions/ID/resourceGroups/NAME`; null if it is in none. */
export function resourceGroupOf(resourceId: string): string | null {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+(?=\/)/i.exec(resourceId)?.[0] ?? null;
}

/**
 * The author that events name.
 * @param principalIdOf the principal id of an identity that this inventory knows, by its principal or client id
 */
export function toAuthor({ event, candidates }: AuthorFound, principalIdOf: (id: string) => string | null): Author {
  const { caller, operation, at, correlationId, clientIpAddress } = event;
  return { caller, ...callerOf(event, principalIdOf), operation, at, correlationId, clientIpAddress, candidates };
}

function callerOf(
  { caller, oid, appid, idtyp }: ActivityEvent,
  principalIdOf: (id: string) => string | null,
): Pick<Author, 'callerType' | 'callerId'> {
  // The application in a user's token is only the program that the user signed in with.
  if (idtyp === 'user' || caller?.includes('@') === true) return { callerType: 'user', callerId: null };
  const ids = [oid, caller, appid].filter((id) => id !== null).filter((id) => guidPattern.test(id));
  for (const id of ids) {
    const known = principalIdOf(id);
    if (known !== null) return { callerType: 'managedIdentity', callerId: known };
  }
  if (idtyp === 'app' || (caller !== null && guidPattern.test(caller))) {
    return { callerType: 'application', callerId: ids[0] ?? null };
  }
  return { callerType: caller === null ? 'platform' : 'unknown', callerId: null };
}
