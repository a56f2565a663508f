import { type Rank, rank, rankOf } from './key-names.ts';

/** An id in a text, and what the name before it says about it. */
export interface FoundId {
  /** A GUID in lower case, or the resource id of a machine or an identity. */
  readonly id: string;
  readonly rank: Rank;
  /** The name before it; null when there is none. */
  readonly name: string | null;
}

const guid = `[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}`;
// The kinds that the inventory has. The page of an extension or of an instance is that of its machine or scale set.
const kinds = [
  String.raw`Microsoft\.Compute/virtualMachines`,
  String.raw`Microsoft\.Compute/virtualMachineScaleSets`,
  String.raw`Microsoft\.HybridCompute/machines`,
  String.raw`Microsoft\.ManagedIdentity/userAssignedIdentities`,
].join('|');
const segment = String.raw`[^/\s"'\\?#&,;|<>)\]}]+`;
const knownPath = String.raw`/subscriptions/${guid}/resourceGroups/[^/\s"'\\?#&]+/providers/(?:${kinds})/${segment}`;
// The rest of a path is read with it: the GUIDs of subscriptions and role assignments in it are no principals.
const path = String.raw`(?<known>${knownPath})?(?<rest>/[^\s"'\\?#&,;|<>]*)?`;
const values = new RegExp(String.raw`(?=/subscriptions/)${path}|(?<![\w@-])(?<guid>${guid})(?![\w-])`, 'gi');
const wholeId = new RegExp(
  String.raw`^/subscriptions/${guid}/resourceGroups/[^/\s]+/providers/(?:${kinds})/[^/?#\s"',;]+$`,
  'i',
);
const nothing = '00000000-0000-0000-0000-000000000000';

/** `Object (principal) ID : "`, `&oid=`, `/objectId/`, `PrincipalId in ("`: up to five words, and what separates them. */
const before =
  /(?<name>[\w.@$-]+(?: (?:[\w.@$-]+|\([\w ]+\))){0,4})["'\\\]]*(?<separator>\s*(?:={1,2}|=~|=>|[:>/|])\s*|\s+)["'\\[({]*$/;

/**
 * Finds the ids in one line of text.
 * @param outerName of the property or the column that the text is the value of
 */
export function scanText(text: string, outerName: string | null = null): readonly FoundId[] {
  const trimmed = text.trim();
  if (wholeId.test(trimmed)) return [found(trimmed, outerName)];
  const all: FoundId[] = [];
  let end = 0;
  for (const match of text.matchAll(values)) {
    const between = text.slice(end, match.index);
    end = match.index + match[0].length;
    const id = match.groups?.known?.replace(/\.+$/, '') ?? match.groups?.guid?.toLowerCase();
    if (id === undefined || id === nothing) continue;
    const previous = all.at(-1);
    // `PrincipalId in ("…", "…")`: what follows directly has the same name.
    const follows = previous !== undefined && /^[\s"'\\,;]*$/.test(between);
    all.push(found(id, follows ? previous.name : (nameBefore(text.slice(0, match.index)) ?? outerName)));
  }
  return all;
}

function found(id: string, name: string | null): FoundId {
  const named = name === null ? rank.anything : rankOf(name);
  if (!id.startsWith('/')) {
    // A GUID named `id` may be anything; one named `resourceId` is the API that the caller used.
    const unsaid = name === 'id' ? rank.anything : rank.other;
    return { id, name, rank: named === rank.resourceId ? unsaid : named };
  }
  return { id, name, rank: named === rank.xmsMirid || named === rank.resourceId ? named : rank.anything };
}

function nameBefore(text: string): string | null {
  const { name, separator } = before.exec(text.slice(-80))?.groups ?? {};
  if (name === undefined || separator === undefined) return null;
  const words = name.replace(/ (?:in|eq|has|has_any|contains)~?$/, '').split(' ');
  // `token for service principal ID: …`: the longest end of it that says something.
  for (let first = 0; first < words.length; first++) {
    const end = words.slice(first).join(' ');
    if (rankOf(end) !== rank.anything) return end;
  }
  return separator === ' ' ? null : name;
}
