import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { ReportSource } from '../../lib/inventory/report.ts';
import { xlsx } from '../../lib/reports/xlsx/xlsx.ts';
import { allCases } from '../support/cases.ts';
import { reportSource, virtualMachine } from '../support/report-source.ts';

async function partsOf(source: ReportSource): Promise<Record<string, string>> {
  const files = unzipSync(Buffer.concat([...(await xlsx(source))]));
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, strFromU8(bytes)]));
}

async function firstSheet(source: ReportSource): Promise<string> {
  return (await partsOf(source))['xl/worksheets/sheet1.xml'] ?? '';
}

const machines = (...names: string[]): ReportSource =>
  reportSource({ virtualMachines: () => names.map((name) => virtualMachine(name)) });

describe('a workbook', () => {
  test('has five sheets, with the requested report first', async () => {
    const parts = await partsOf(reportSource({ name: 'changes' }));

    const names = [...(parts['xl/workbook.xml'] ?? '').matchAll(/sheet name="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['changes', 'virtualMachines', 'principals', 'findings', 'coverage']);
    expect(parts['xl/worksheets/sheet1.xml']).toContain('virtualMachineMoved');
  });

  test('has a header that stays visible, and a filter over every row', async () => {
    const sheet = await firstSheet(machines('a', 'b', 'c'));

    expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(sheet).toContain('<autoFilter ref="A1:AA4"/>');
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])(
    'shows %j as text that stays text when it is edited',
    async (name) => {
      const sheet = await firstSheet(machines(name));

      expect(sheet).toContain(
        `<c r="B2" t="inlineStr" s="2"><is><t${name.startsWith('\t') ? ' xml:space="preserve"' : ''}>${name}</t></is></c>`,
      );
      expect(sheet).not.toContain('<f>');
    },
  );

  test('escapes markup and replaces characters that XML does not allow', async () => {
    const sheet = await firstSheet(machines('</t><x a="b">&\u0000\ud800'));

    expect(sheet).toContain('&lt;/t&gt;&lt;x a=&quot;b&quot;&gt;&amp;\ufffd\ufffd</t>');
  });

  test('marks a text that it cuts to the limit of a cell', async () => {
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`tag-${n}`, 'x'.repeat(1_000)]));

    const sheet = await firstSheet(reportSource({ virtualMachines: () => [virtualMachine('a', { tags })] }));

    const [longest = ''] = [...sheet.matchAll(/>([^<]*)<\/t>/g)]
      .map(([, text = '']) => text)
      .toSorted((a, b) => b.length - a.length);
    expect(longest).toHaveLength(32_767);
    expect(longest).toMatch(/cut: the CSV has it whole\)$/);
  });

  test('shows on its last sheet whether it is complete, and what is missing', async () => {
    const sheet = (await partsOf(reportSource()))['xl/worksheets/sheet5.xml'] ?? '';

    expect(sheet).toMatch(/complete<\/t><\/is><\/c><c r="B1" t="b"><v>0<\/v>/);
    expect(sheet).toContain('<tabColor rgb="FFB3261E"/>');
    expect(sheet).toContain('AuthorizationFailed');
    expect(sheet).toContain('az role assignment create --role Reader');
  });

  test('refuses more rows than a sheet can have, before anything is written', async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read += 1;
        yield virtualMachine(`vm-${read}`);
      }
    }

    const written = xlsx(reportSource({ virtualMachines: endless }), 1_000);

    await expect(written).rejects.toMatchObject({ code: 'ReportTooLarge', hint: expect.stringContaining('csv') });
    expect(read).toBe(1_001);
  });

  test.runIf(allCases)('can have as many rows as a sheet of Excel: 1,048,576 with its header', async () => {
    const machine = virtualMachine('web');
    const many = (count: number) =>
      reportSource({
        *virtualMachines() {
          for (let row = 0; row < count; row++) yield machine;
        },
      });

    await expect(xlsx(many(1_048_576))).rejects.toMatchObject({ code: 'ReportTooLarge' });
    await expect(xlsx(many(1_048_575))).resolves.toBeDefined();
  });
});
