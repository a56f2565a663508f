import * as v from 'valibot';
import { guidPattern } from './commands/azure-id.ts';
import { fold } from './names/fold.ts';
import type { ChangeKind } from './run.ts';
import { nullableText, type ShapeOf, text, time } from './shape.ts';

/** What an author may be. `managedIdentity` = an identity that this inventory knows. */
export const callerTypes = ['user', 'application', 'managedIdentity', 'platform', 'unknown'] as const;

/**
 * Whether the activity log names the author of a change:
 * - `notFound`: not yet, or not at all. A run asks once more for what the run before did not find.
 * - `notRead`: nobody looked, or the log could not be read.
 * - `expired`: the log no longer covers the time of the change.
 * - `off`: the settings turned this off.
 */
export const authorStatuses = ['found', 'notFound', 'notRead', 'expired', 'off'] as const;
export type AuthorStatus = (typeof authorStatuses)[number];

/** Who caused a change: the newest succeeded event of the activity log in its window that names the resource. */
export const authorShape = v.object({
  /** As Azure writes it: the name of a user, or a GUID. null = the platform. */
  caller: nullableText,
  callerType: v.picklist(callerTypes),
  /** Principal id of an application or a managed identity. */
  callerId: nullableText,
  /** `Microsoft.Compute/virtualMachines/write` */
  operation: text,
  at: time,
  correlationId: nullableText,
  clientIpAddress: nullableText,
  /** Every caller in the window, the last one first, if there were several. */
  candidates: v.nullable(v.array(nullableText)),
});
export type Author = ShapeOf<typeof authorShape>;

/** Kinds of change that have an author. The others follow from what this identity sees, or from a person's command. */
const verbs: Partial<Record<ChangeKind, 'write' | 'delete' | 'move'>> = {
  virtualMachineCreated: 'write',
  virtualMachineDeleted: 'delete',
  virtualMachineRecreated: 'write',
  virtualMachineMoved: 'move',
  virtualMachineUpdated: 'write',
  identityAttached: 'write',
  identityDetached: 'write',
  identityRecreated: 'write',
  roleAssigned: 'write',
  roleRemoved: 'delete',
  federatedCredentialAdded: 'write',
  federatedCredentialRemoved: 'delete',
};

export function hasAuthor(kind: ChangeKind): boolean {
  return verbs[kind] !== undefined;
}

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
  const wanted = new Set(resourceIds.map(fold));
  const verb = verbs[kind];
  /** The newest event of each caller. */
  const newest = new Map<string | null, ActivityEvent>();
  let author: ActivityEvent | null = null;

  const names = (event: ActivityEvent): boolean =>
    wanted.has(fold(event.resourceId)) || [...wanted].some((id) => movesResource(event, id));

  return {
    /** @param event that succeeded; it counts only if it names the resource, within the window */
    add(event: ActivityEvent): void {
      if ((after !== null && event.at <= after) || event.at > until || !names(event)) return;
      const last = operationOf(event);
      if (last === 'other') return;
      const key = event.caller === null ? null : fold(event.caller);
      if (isNewer(event, newest.get(key))) newest.set(key, event);
      // A delete never created anything. If the event of the delete is late, an earlier write is not its author.
      const fits = last === verb || (verb === 'move' && last === 'write');
      if (fits && isNewer(event, author ?? undefined)) author = event;
    },
    found(): AuthorFound | null {
      if (author === null) return null;
      const callers = [...newest.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1)).map(({ caller }) => caller);
      return { event: author, candidates: callers.length > 1 ? callers : null };
    },
  };
}

/** What an operation does to the resource that its event names. Actions such as `start/action` change no inventory. */
function operationOf({ operation }: ActivityEvent): 'write' | 'delete' | 'move' | 'other' {
  if (/\/write$/i.test(operation)) return 'write';
  if (/\/delete$/i.test(operation)) return 'delete';
  return isMove(operation) ? 'move' : 'other';
}

/** `Microsoft.Resources/subscriptions/resourceGroups/moveResources/action`: its event names the source group. */
export function isMove(operation: string): boolean {
  return /\/moveResources\/action$/i.test(operation);
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
