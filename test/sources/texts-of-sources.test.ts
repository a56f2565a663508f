import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openForWriting } from '../../lib/database/database.ts';
import { openMerge } from '../../lib/database/merge/merge.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { iterateFindings } from '../../lib/database/queries/findings.ts';
import { getRun } from '../../lib/database/queries/runs.ts';
import { grantReaderCommand, kinds } from '../../lib/inventory/coverage.ts';
import { openSource } from '../../lib/sources/open-source.ts';
import { openSources, type Source } from '../../lib/sources/source.ts';
import { takeIn } from '../../lib/sources/take-in.ts';
import { bashWords, commandIn } from '../support/bash-words.ts';
import { caseCount } from '../support/cases.ts';
import {
  contributor,
  guid,
  having,
  machine,
  mergeRun,
  planOf,
  roleAssignment,
  userAssigned,
  writeRun,
} from '../support/readings.ts';
import { never } from '../support/stores.ts';

const [own, other, lost, blind] = [guid(1), guid(2), guid(3), guid(4)];
const hubPrincipal = guid(77);
const options = { ignoredTags: [], retentionDays: 400, idleDays: 30, sharedIdentityLimit: 1 };
let folder: string;
let template: string;

/** A deployment with machines, an identity with a role, an incomplete kind, a lost subscription and a blind spot. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'texts-of-sources-'));
  template = join(folder, 'template.sqlite');
  const identity = userAssigned('deploy', { subscriptionId: other, principalId: guid(71), clientId: guid(72) });
  const on = (name: string) => machine(name, { subscriptionId: other, identity: having(identity) });
  const reading = {
    machines: [on('b'), on('c')],
    identities: [identity],
    roleAssignments: [roleAssignment(guid(8), guid(71), { scope: `/subscriptions/${other}` })],
    roleDefinitions: [contributor],
    statuses: { arcMachines: 'denied' },
  } as const;
  const spot = (subscriptionId: string) =>
    ({ subscriptionId, displayName: null, source: 'previousRun', grantCommand: '' }) as const;
  using database = openForWriting(template);
  mergeRun(database, { day: 18, subscriptions: { [other]: reading, [lost]: {} }, plan: { kinds: [...kinds] } });
  const plan = { kinds: [...kinds], blindSpots: [spot(lost), spot(blind)] };
  mergeRun(database, { day: 19, subscriptions: { [other]: reading }, plan });
});
afterAll(() => rm(folder, { recursive: true }));

/** A run of this deployment that takes in a file. */
async function runHere(database: Database, file: string) {
  const source: Source = {
    name: 'https://there.blob.core.windows.net/inventory',
    open: async () => ({ database: openSource(file), damage: null, readMs: 60_000 }),
  };
  await using open = await openSources([source], join(folder, 'work'), never);
  const reading = { day: 20, subscriptions: { [own]: {} }, plan: { kinds: [...kinds], principalId: hubPrincipal } };
  const plan = planOf(reading);
  const takenIn = takeIn(plan, database, open.all, []);
  const merge = openMerge(database, takenIn.plan, { ...options, finishedAt: () => plan.startedAt });
  takenIn.writeUncontested(merge.write);
  await takenIn.writeContested(merge.write, async (sink) => writeRun(sink, plan, reading));
  for (let asked = merge.followUps(); asked.length > 0; asked = merge.followUps()) {
    for (const followUp of asked)
      if (!takenIn.answered(followUp)) throw new Error(`asked about ${followUp.resourceId}`);
  }
  return merge.commit();
}

/** Any text, with what a terminal, a shell or a person could follow. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('az role assignment create ', '$(curl evil)', '\u001b[31m', '\u202e', '\r\n', "'", '"', '\u009b'),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constant('x'.repeat(400)),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => `evil-${parts.join('')}`);

test('No text of a source becomes a hint, a command or a remediation, and its messages are short and plain', async () => {
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const file = join(folder, `${cases++}.sqlite`);
      await tampered(file, text);
      using database = openForWriting(':memory:');

      const run = await runHere(database, file);

      const asOf = resolveAsOf(database, null);
      const { coverage, blindSpots } = readLedger(database, asOf);
      const reasons = [
        getRun(database, run.id)?.reason ?? null,
        ...coverage.flatMap(({ reason, kinds: all }) => [reason, ...Object.values(all).map((kind) => kind.reason)]),
      ].filter((reason) => reason !== null);
      const findings = [...iterateFindings(database, asOf, {}, { findings: [], now: 0 })];
      const remediations = findings.map(({ remediation }) => remediation);
      const commands = blindSpots?.map(({ grantCommand }) => grantCommand) ?? [];
      expect(run.virtualMachineCount).toBe(2);
      expect(reasons.length).toBeGreaterThan(3);
      expect(remediations.length).toBeGreaterThan(1);
      expect(commands).toEqual([grantReaderCommand(blind, hubPrincipal)]);
      for (const shown of [...reasons.map(({ hint }) => hint ?? ''), ...remediations])
        expect(shown).not.toContain('evil');
      for (const { code, message } of reasons) {
        expect(code).toMatch(/^\w{1,64}$/);
        expect(message.length).toBeLessThanOrEqual(500);
        expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }
      const quoting = reasons.filter(({ message }) => message.includes('evil'));
      expect(quoting.length).toBeGreaterThan(0);
      for (const { message } of quoting)
        expect(message).toMatch(/^https:\/\/there\.blob\.core\.windows\.net\/inventory/);
      expect(bashWords([...commands, ...remediations].map(commandIn)).every(([program]) => program === 'az')).toBe(
        true,
      );
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 10, many: 300 }) },
  );
});

/** A copy of the template that has a text wherever one is free. */
async function tampered(file: string, text: string): Promise<void> {
  await copyFile(template, file);
  const database = new DatabaseSync(file);
  const reason = JSON.stringify({ code: text, message: text, hint: text });
  for (const sql of [
    'UPDATE coverage SET reason = $reason, request_id = $text',
    'UPDATE run SET reason = $reason',
    'UPDATE blind_spot SET display_name = $text, grant_command = $text',
    'UPDATE finding SET message = $text, remediation = $text',
    'UPDATE subscription SET display_name = $text, state = $text',
    'UPDATE role_definition SET name = $text',
    'UPDATE role_assignment SET condition = $text',
  ]) {
    const statement = database.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    statement.run({ $reason: reason, $text: text });
  }
  database.close();
}
