import { machineKinds } from '../../../inventory/coverage.ts';
import { fold } from '../../../inventory/names/fold.ts';
import { dayText, type SearchKind } from '../../../inventory/search.ts';
import { machineTypes } from '../../../inventory/virtual-machine.ts';
import { parseMachineId } from '../machines/machine-id.ts';
import { integer, isoTime, type SqlRow, text, textOrNull } from '../row-values.ts';
import { type RunContext, runContext } from '../run-context.ts';
import { prepared } from '../statements.ts';
import { type Found, rankIn, type Sought, toRank } from './found.ts';

const kinds: readonly SearchKind[] = ['virtualMachine', 'scaleSet', 'arc'];

/** Machines whose end is looked up, so that those that exist come first; more have the text in their names. */
const mostCandidates = 500;

/** The last run that had a machine as its version says. */
const lastShownAt = 'min($seq, ifnull(v.valid_to - 1, $seq))';

/** Reads the index of names only. */
const namedLike = (type: string) => `
SELECT m.id, ${rankIn('m.name_key')} AS rank, m.name_key AS sorted, $seq AS shown_at FROM machine m
WHERE m.type ${type} AND instr(m.name_key, $text) > 0 ORDER BY rank, sorted, m.id LIMIT ${mostCandidates}`;

const withId = `
SELECT m.id, 0 AS rank, m.name_key AS sorted, $seq AS shown_at FROM machine m
WHERE m.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)
  AND m.resource_group = (SELECT id FROM resource_group WHERE key = $resourceGroup) AND m.type = $type AND m.name_key = $name`;

/** A machine that was created again has another VM id: it is shown as it was while it had this one. */
const withVmId = `
SELECT m.id, min(${rankIn('lower(o.vm_id)')}) AS rank, m.name_key AS sorted, max(min($seq, ifnull(o.valid_to - 1, $seq))) AS shown_at
FROM machine_version o CROSS JOIN machine m ON m.id = o.machine
WHERE o.vm_id LIKE $text || '%' AND o.valid_from <= $seq GROUP BY m.id`;

/** The version of each candidate to show; without machines that the run did not know. */
const hits = (candidates: string) => `
SELECT c.rank, m.type, m.name, m.subscription, m.first_seen, i.resource_id, i.resource_group_name, v.location,
  ifnull(v.valid_to <= $seq, 0) AS ended, v.end_change, v.ended_at,
  (SELECT n.began_at FROM machine_version n WHERE n.machine = c.id AND n.valid_from = v.valid_to) AS replaced_at,
  (SELECT d.principal_id FROM attachment a CROSS JOIN identity d ON d.id = a.identity
    WHERE a.machine = c.id AND d.principal_id IS NOT NULL AND a.valid_from <= ${lastShownAt}
      AND (a.valid_to IS NULL OR a.valid_to > ${lastShownAt}) ORDER BY a.position LIMIT 1) AS principal_id,
  (SELECT u.last_seen FROM unseen u WHERE u.machine = c.id AND u.valid_from <= $seq AND (u.valid_to IS NULL OR u.valid_to > $seq))
    AS last_seen
FROM (${candidates}) c CROSS JOIN machine_version v ON v.machine = c.id AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l WHERE l.machine = c.id AND l.valid_from <= c.shown_at ORDER BY l.valid_from DESC LIMIT 1)
  CROSS JOIN machine m ON m.id = c.id CROSS JOIN machine_id i ON i.machine = c.id
ORDER BY c.rank, ended, c.sorted, c.id LIMIT $most`;

/** Machines by name, resource id or VM id; those of the past too. */
export function findMachines(sought: Sought): Found[] {
  const { database, asOf, most, id, guid } = sought;
  const context = runContext(database, asOf.seq);
  const run = { $seq: asOf.seq, $most: most };
  const find = (candidates: string, match: Found['match'], parameters: Record<string, string | number>): Found[] =>
    prepared(database, hits(candidates))
      .all({ ...run, ...parameters })
      .map((row) => toFound(row, match, context));
  if (id !== null) {
    const parts = parseMachineId(id);
    if (parts === null) return [];
    const [type, name] = [machineTypes.indexOf(parts.type), fold(parts.name)];
    const place = { $subscriptionId: parts.subscriptionId, $resourceGroup: parts.resourceGroup };
    return find(withId, 'id', { ...place, $type: type, $name: name });
  }
  const text = { $text: sought.text };
  return [
    ...(guid === null ? [] : find(withVmId, 'vmId', text)),
    ...find(namedLike('= 0'), 'name', text),
    ...find(namedLike('<> 0'), 'name', { ...text, $most: mostCandidates }),
  ];
}

function toFound(row: SqlRow, match: Found['match'], context: RunContext): Found {
  const type = integer(row, 'type');
  const { displayName } = context.subscription(integer(row, 'subscription'));
  const place = `${text(row, 'resource_group_name')} in ${displayName}, ${context.text(integer(row, 'location'))}`;
  return {
    kind: kinds[type] ?? 'virtualMachine',
    id: text(row, 'resource_id'),
    label: text(row, 'name'),
    detail: [place, ...fateOf(row, context)].join(', '),
    principalId: textOrNull(row, 'principal_id'),
    match,
    rank: toRank(integer(row, 'rank')),
  };
}

const ends: Readonly<Record<string, string>> = {
  virtualMachineMoved: 'moved away',
  outOfScope: 'out of scope since',
  subscriptionForgotten: 'forgotten',
};

/** What became of a machine; nothing = it exists and was read. */
function fateOf(row: SqlRow, context: RunContext): string[] {
  if (integer(row, 'ended') === 1) {
    if (row.end_change === null) return [`had this VM id until ${dayText(isoTime(integer(row, 'replaced_at')))}`];
    return [`${ends[text(row, 'end_change')] ?? 'deleted'} ${dayText(isoTime(integer(row, 'ended_at')))}`];
  }
  const [subscription, kind] = [integer(row, 'subscription'), machineKinds[integer(row, 'type')] ?? machineKinds[0]];
  if (row.last_seen !== null) return [`last seen ${dayText(isoTime(integer(row, 'last_seen')))}`];
  if (!context.subscription(subscription).isStale(kind)) return [];
  const lastRead = context.lastRead(subscription, kind, context.seq) ?? isoTime(integer(row, 'first_seen'));
  return [`last seen ${dayText(lastRead)}`];
}
