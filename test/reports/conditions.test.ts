import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { describePrincipal, principalPresentation } from '../../cli/columns/principal-columns.ts';
import { table } from '../../cli/output/table.ts';
import type { ReportFormat } from '../../lib/inventory/report.ts';
import { writeReport } from '../../lib/reports/write-report.ts';
import { principal, reportSource } from '../support/report-source.ts';

const [plain] = principal.roleAssignments;
if (plain === undefined) throw new Error('The principal has a role');
const conditional = {
  ...principal,
  roleAssignments: [plain, { ...plain, id: '/roles/2', condition: "@Resource[x] StringEquals 'logs'\u001b[31m" }],
};

async function written(format: ReportFormat): Promise<string> {
  const pieces: Uint8Array[] = [];
  const source = reportSource({ name: 'principals', principals: () => [conditional] });
  for await (const piece of await writeReport(source, format)) pieces.push(piece);
  const file = new Uint8Array(Buffer.concat(pieces));
  return format === 'xlsx'
    ? Object.values(unzipSync(file))
        .map((one) => strFromU8(one))
        .join('\n')
    : strFromU8(file);
}

test.each(['csv', 'xlsx', 'ndjson', 'html', 'md'] as const)(
  'a report as %s shows the condition of a role',
  async (format) => {
    expect(await written(format)).toMatch(/@Resource.{1,6}x.{1,6} StringEquals .{1,6}logs/);
  },
);

test('tables show which role has a condition, and one principal shows it', () => {
  const listed = [...table(principalPresentation.columns, [conditional], null)].join('');
  const lines = describePrincipal(conditional).map(([, value]) => value);

  expect(listed).toContain('reader, reader with a condition');
  expect(
    lines.filter((line) => / on \/subscriptions\/s if @Resource\[x\] StringEquals 'logs'/.test(line)),
  ).toHaveLength(1);
  expect(listed).not.toContain('\u001b');
});
