import { rank } from './key-names.ts';
import { type PastedRecord, recordsOf } from './records.ts';

/** What a pasted text is about. */
export interface Pasted {
  /** GUIDs in lower case and resource ids of machines and identities, each once, in the order of the text. */
  readonly ids: readonly string[];
  /** How many ids the text has, repeated ones included. */
  readonly count: number;
  /** The text in one line, to search for when there are no ids. It never has a token. */
  readonly text: string;
}

/**
 * Takes ids from whatever a log contains: GUIDs, resource ids, portal addresses, JSON, tables, rows, tokens, in any
 * letter case. Of a record, only the ids count that its names say it is about: `servicePrincipalId`, else `principalId`, else
 * `objectId`, `oid`, `xms_mirid`, `appId`, `clientId`, else a resource id, else every GUID.
 */
export function readPasted(pasted: string): Pasted {
  const text = withoutTokens(pasted);
  const records = recordsOf(decodedAddresses(text));
  const best = records.flatMap(idsOf);
  const all = best.length > 0 ? best : records.flat().map(({ id }) => id);
  const once = new Map<string, string>();
  for (const id of all) if (!once.has(id.toLowerCase())) once.set(id.toLowerCase(), id);
  return { ids: [...once.values()], count: all.length, text: text.replace(/\s+/g, ' ').trim() };
}

/** The view that shows what an id of {@link readPasted} stands for. It also explains ids that stand for something else. */
export function viewOf(id: string): 'machines' | 'principals' {
  return id.startsWith('/') && !isIdentityId(id) ? 'machines' : 'principals';
}

function isIdentityId(id: string): boolean {
  return /\/userAssignedIdentities\//i.test(id);
}

function idsOf(record: PastedRecord): readonly string[] {
  const best = Math.min(...record.map((found) => found.rank));
  return best === rank.other ? [] : record.filter((found) => found.rank === best).map(({ id }) => id);
}

/** Puts the claims of an access token in its place: it has the ids, and it must not go anywhere. */
function withoutTokens(text: string): string {
  return text.replace(/\beyJ[\w-]{10,}(?:\.([\w-]*))?(?:\.[\w-]*)*/g, (_token, claims: string | undefined) => {
    try {
      return atob((claims ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    } catch {
      return '';
    }
  });
}

/** Portal addresses have resource ids that are encoded, at times twice. */
function decodedAddresses(text: string): string {
  return text.replace(/[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi, (word) => {
    let decoded = word;
    for (let times = 0; times < 3 && /%2f|%25|%2d/i.test(decoded); times++) decoded = decodedOnce(decoded);
    return decoded;
  });
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
