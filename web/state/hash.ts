/** The views, and the names that their addresses may have. The names are those of the API. */
const viewNames = {
  '': ['asOf'],
  machines: [
    ...[
      'type',
      'subscriptionId',
      'resourceGroup',
      'name',
      'location',
      'identityType',
      'principalId',
      'clientId',
      'tag',
    ],
    ...['powerState', 'osType', 'vmSize', 'stale', 'deleted', 'contains', 'orderby', 'asOf'],
  ],
  principals: ['state', 'kind', 'subscriptionId', 'contains', 'asOf'],
  lookup: ['id', 'asOf'],
  changes: ['from', 'to', 'kind', 'subscriptionId', 'resourceId', 'principalId', 'caller', 'asOf'],
  compare: ['from', 'to'],
  findings: ['rule', 'severity', 'subscriptionId', 'resourceId', 'principalId', 'stale', 'asOf'],
  coverage: ['status', 'asOf'],
  runs: ['asOf'],
  about: ['asOf'],
} as const;

export type View = keyof typeof viewNames;

/** What the hash says: `#/machines/subscriptions/…?asOf=…` */
export interface Address {
  readonly view: View;
  /** Id of the one thing that the view shows, or empty. A resource id begins with a slash. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** Names in the hash that the view does not know. They have no effect. */
  readonly unknown: readonly string[];
}

function isView(name: string): name is View {
  return Object.hasOwn(viewNames, name);
}

/** Reads a hash. Anything that is no view is the Overview. */
export function parseAddress(hash: string): Address {
  const [path = '', search = ''] = splitOnce(hash.replace(/^#?\/?/, ''), '?');
  const [name = '', rest = ''] = splitOnce(path, '/');
  const view = isView(name) ? name : '';
  const given = new URLSearchParams(search);
  const known: readonly string[] = viewNames[view];
  const query = new URLSearchParams([...given].filter(([one, value]) => known.includes(one) && value !== ''));
  const unknown = [...new Set(given.keys())].filter((one) => !known.includes(one));
  return { view, id: view === '' ? '' : idOf(rest), query, unknown };
}

/** Writes a hash that {@link parseAddress} reads. */
export function toHash(view: View, id = '', query: URLSearchParams | Readonly<Record<string, string>> = {}): string {
  const path = id.replace(/^\//, '').split('/').map(encodeURIComponent).join('/');
  const search = new URLSearchParams(query).toString();
  return `#/${view}${path === '' ? '' : `/${path}`}${search === '' ? '' : `?${search}`}`;
}

function idOf(encoded: string): string {
  const id = encoded.split('/').map(decoded).join('/');
  return /^(?:subscriptions|providers)\//i.test(id) ? `/${id}` : id;
}

/** Takes text that is no valid percent-encoding as it is: people write addresses by hand. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
