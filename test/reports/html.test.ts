import { describe, expect, test } from 'vitest';
import { html } from '../../lib/reports/html/html.ts';
import { change, finding, reportSource, virtualMachine } from '../support/report-source.ts';

const page = (more: Parameters<typeof reportSource>[0] = {}): string => [...html(reportSource(more))].join('');

describe('the page', () => {
  test('shows names with markup as text, in the table, the charts and the coverage', () => {
    const name = '"><script>alert(1)</script>';

    const text = page({ virtualMachines: () => [virtualMachine(name, { subscriptionName: name, location: name })] });

    expect(text).not.toMatch(/<script|<b>/i);
    expect(text.split('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(5);
    expect(text).toContain('Shut &lt;b&gt;');
  });

  test('loads nothing from other servers, and has a policy against it', () => {
    const text = page();

    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
    expect(text).not.toMatch(/\b(src|style|on\w+)=|href="(?!#)/i);
  });

  test.each(['virtualMachines', 'principals', 'changes', 'findings'] as const)('has charts and rows of %s', (name) => {
    const text = page({ name });

    expect(text).toContain('<svg ');
    expect(text).toMatch(/<p>1 rows?\.<\/p>/);
  });

  test('shows whether it is complete, what is missing, and how to get access', () => {
    const [text, complete] = [page(), page({ complete: true, coverage: [], blindSpots: [] })];

    expect(text).toContain('<strong>Not complete.</strong>');
    expect(text).toMatch(/<a href="#coverage">[\s\S]*<h2 id="coverage">/);
    expect(text).toContain('<td>virtualMachines, identities</td><td>az role …</td><td>AuthorizationFailed: no</td>');
    expect(text).toContain('<td>az role assignment create --role Reader</td>');
    expect(complete).not.toMatch(/Not complete|Blind spots</);
  });

  test('sorts days and ranges by name, and severities by severity', () => {
    const bars = (text: string, title: string) =>
      new RegExp(`aria-label="${title}\\. ([^"]*)"`).exec(text)?.[1]?.replaceAll(/: \d+/g, '');
    const days = Array.from({ length: 40 }, (_, n) => new Date(Date.UTC(2026, 0, 40 - n)).toISOString());
    const changes = () => days.map((at) => ({ ...change, at }));
    const findings = () => (['high', 'low', 'low'] as const).map((severity) => ({ ...finding, severity }));

    expect(bars(page({ name: 'changes', changes }), 'By day')).toMatch(/^10 before, 2026-01-11, 2026-01-12, .*-09$/);
    expect(bars(page({ name: 'findings', findings }), 'By severity')).toBe('high, low');
  });

  test('shows only the fields of a change that differ', () => {
    const before = { id: '/a', vmId: '1', tags: {}, location: 'westeurope' };
    const changed = { ...change, before, after: { ...before, vmId: '2' } };
    const created = { ...change, before: null, after: before };

    const text = page({ name: 'changes', changes: () => [changed, created] });

    expect(text).toContain('<td>{&quot;vmId&quot;:&quot;1&quot;}</td><td>{&quot;vmId&quot;:&quot;2&quot;}</td>');
    expect(text).toContain('>{&quot;vmId&quot;:&quot;1&quot;,&quot;location&quot;:&quot;westeurope&quot;}</td>');
  });

  test('shows the first 5,000 rows and the number of all rows', () => {
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
