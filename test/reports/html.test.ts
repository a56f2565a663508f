import { describe, expect, test } from 'vitest';
import { html } from '../../lib/reports/html/html.ts';
import { reportSource, virtualMachine } from '../support/report-source.ts';

const page = (more: Parameters<typeof reportSource>[0] = {}): string => [...html(reportSource(more))].join('');

describe('the page', () => {
  test('shows names with markup as text, in the table, the charts and the coverage', () => {
    const name = '"><script>alert(1)</script>';

    const text = page({ virtualMachines: () => [virtualMachine(name, { subscriptionName: name, location: name })] });

    expect(text).not.toMatch(/<script|<b>/i);
    expect(text.split('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(5);
    expect(text).toContain('Shut &lt;b&gt;');
  });

  test('needs nothing from elsewhere, and says so', () => {
    const text = page();

    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
    expect(text).not.toMatch(/\b(src|href|style|on\w+)=/i);
  });

  test.each(['virtualMachines', 'principals', 'changes', 'findings'] as const)('has charts and rows of %s', (name) => {
    const text = page({ name });

    expect(text).toContain('<svg ');
    expect(text).toMatch(/<p>1 rows?\.<\/p>/);
  });

  test('says whether it is complete, what it lacks, and what would open that', () => {
    const [text, complete] = [page(), page({ complete: true, coverage: [], blindSpots: [] })];

    expect(text).toContain('Not complete');
    expect(text).toContain('<td>virtualMachines, identities</td><td>AuthorizationFailed: no</td><td>az role …</td>');
    expect(text).toContain('<td>az role assignment create --role Reader</td>');
    expect(complete).not.toMatch(/Not complete|Blind spots</);
  });

  test('shows the first 5,000 rows, counts all, and says so', () => {
    function* many() {
      for (let n = 0; n < 6_000; n++) yield virtualMachine(`vm-${n}`);
    }

    const text = page({ virtualMachines: many });

    expect(text).toContain('The first 5,000 of 6,000 rows.');
    expect(text).toContain('<td>vm-4999</td>');
    expect(text).not.toContain('<td>vm-5000</td>');
    expect(text).toMatch(/SystemAssigned[^>]*<title>[\s\S]*?>6,000<\/text>/);
  });
});
