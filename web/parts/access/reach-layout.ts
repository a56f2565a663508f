export type Privilege = 'high' | 'medium' | null;
type Column = 'machines' | 'identities' | 'roles';

/** One thing that the picture may show. */
export interface ReachEntry {
  readonly id: string;
  readonly column: Column;
  readonly label: string;
  readonly detail: string;
  readonly href: string;
  readonly privilege: Privilege;
  /** How many things it stands for. */
  readonly count: number;
  /** Entries of a column with the same text are alike, and many of them are one node with this name. */
  readonly alike: string;
  /** What a group of such entries is called, after their number: `machines in Retail Core`. */
  readonly groupLabel: string;
  /** The list of such entries. */
  readonly groupHref: string;
}

/** From one entry to another, by id. */
export type ReachLink = readonly [from: string, to: string];

export interface ReachNode extends ReachEntry {
  /** The node stands for entries that could stand alone: it opens in place. Null when it does not. */
  readonly group: string | null;
  readonly x: number;
  readonly y: number;
}

export interface ReachPath {
  readonly key: string;
  readonly path: string;
  readonly privilege: Privilege;
}

export interface ReachLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly ReachNode[];
  readonly paths: readonly ReachPath[];
}

export const mostNodes = 150;
const mostAlike = 12;
/** A column with more nodes draws all that are alike as one. */
const mostInColumn = 30;
export const nodeSize = { width: 232, height: 40 };
const gap = 8;
const columnGap = 72;
const columns: readonly Column[] = ['machines', 'identities', 'roles'];

/**
 * Places machines, identities and roles in three columns. The same entries always give the same picture: entries keep
 * their order, and more than twelve alike (in a long column, more than one) are one node unless it is opened.
 * @param opened groups that show their entries
 * @returns null when there are more than 150 nodes
 */
export function layoutReach(
  entries: readonly ReachEntry[],
  links: readonly ReachLink[],
  opened: ReadonlySet<string>,
): ReachLayout | null {
  const nodeOf = new Map<string, Grouped>();
  const grouped = columns.map((column) =>
    groupAlike(
      entries.filter((entry) => entry.column === column),
      opened,
    ),
  );
  if (grouped.flat().length > mostNodes) return null;
  for (const node of grouped.flat()) for (const id of node.members) nodeOf.set(id, node);
  const tallest = Math.max(...grouped.map((nodes) => heightOf(nodes.length)));
  const placed = new Map<Grouped, ReachNode>();
  const used = grouped.filter((nodes) => nodes.length > 0);
  for (const [index, nodes] of used.entries()) {
    const top = (tallest - heightOf(nodes.length)) / 2;
    for (const [row, node] of nodes.entries()) {
      const x = index * (nodeSize.width + columnGap);
      placed.set(node, { ...node.entry, group: node.group, x, y: top + row * (nodeSize.height + gap) });
    }
  }
  return {
    width: used.length * (nodeSize.width + columnGap) - columnGap,
    height: tallest,
    nodes: [...placed.values()],
    paths: pathsOf(links, (id) => {
      const node = nodeOf.get(id);
      return node === undefined ? undefined : placed.get(node);
    }),
  };
}

/** An entry, or a group of them. */
interface Grouped {
  readonly entry: ReachEntry;
  readonly group: string | null;
  readonly members: readonly string[];
}
function groupAlike(entries: readonly ReachEntry[], opened: ReadonlySet<string>): readonly Grouped[] {
  const alike = Map.groupBy(entries, (entry) => entry.alike);
  const most = entries.length > mostInColumn ? 1 : mostAlike;
  const nodes: Grouped[] = [];
  for (const [name, members] of alike) {
    const [first] = members;
    if (first === undefined) continue;
    const isGroup = members.length > most && !opened.has(`${first.column} ${name}`);
    if (!isGroup) nodes.push(...members.map((entry) => ({ entry, group: null, members: [entry.id] })));
    else nodes.push(groupOf(name, first, members));
  }
  return nodes;
}

function groupOf(name: string, first: ReachEntry, members: readonly ReachEntry[]): Grouped {
  const count = members.reduce((sum, member) => sum + member.count, 0);
  const label = `${count.toLocaleString()} ${first.groupLabel}`;
  return {
    entry: { ...first, id: `group ${name}`, label, detail: '', href: first.groupHref, count },
    group: `${first.column} ${name}`,
    members: members.map(({ id }) => id),
  };
}

function pathsOf(links: readonly ReachLink[], nodeOf: (id: string) => ReachNode | undefined): readonly ReachPath[] {
  const paths = new Map<string, ReachPath>();
  for (const [fromId, toId] of links) {
    const [from, to] = [nodeOf(fromId), nodeOf(toId)];
    if (from === undefined || to === undefined) continue;
    const key = `${from.id} ${to.id}`;
    if (!paths.has(key)) paths.set(key, { key, path: curve(from, to), privilege: to.privilege });
  }
  return [...paths.values()];
}

/** From the right side of a node to the left side of another. Only this of d3-shape would be used, which cannot be shaken. */
function curve(from: ReachNode, to: ReachNode): string {
  const [x1, y1] = [from.x + nodeSize.width, from.y + nodeSize.height / 2];
  const y2 = to.y + nodeSize.height / 2;
  const middle = (x1 + to.x) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${to.x} ${y2}`;
}

function heightOf(nodes: number): number {
  return Math.max(0, nodes * (nodeSize.height + gap) - gap);
}

const order: readonly Privilege[] = ['high', 'medium', null];

/** Roles by privilege, the highest first, then by scope and name. */
export function byPrivilege<
  Role extends { readonly privilege: Privilege; readonly scope: string; readonly roleDefinitionName: string | null },
>(roles: readonly Role[]): readonly Role[] {
  return roles.toSorted(
    (a, b) =>
      order.indexOf(a.privilege) - order.indexOf(b.privilege) ||
      compare(a.scope.toLowerCase(), b.scope.toLowerCase()) ||
      compare(a.roleDefinitionName ?? '', b.roleDefinitionName ?? ''),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
