import { readTemplate } from './templates.ts';

/** A rule of modules/alerts.bicep, as Azure evaluates it. */
export interface AlertRule {
  readonly key: string;
  readonly query: string;
  readonly windowMinutes: number;
  /** It alerts when the query finds more rows. */
  readonly threshold: number;
  /** It alerts once, until the condition is no longer met, and then says so. */
  readonly isState: boolean;
  /** It alerts for each value of this column. */
  readonly dimension: string | null;
}

/** Minutes between two evaluations. */
export const evaluationMinutes = 15;

/** The rules, with their queries put together as Bicep does. */
export async function readAlertRules(): Promise<readonly AlertRule[]> {
  const template = await readTemplate('modules/alerts.bicep');
  if (!template.text.includes(`evaluationFrequency: 'PT${evaluationMinutes}M'`)) throw new Error('another frequency');
  const texts = new Map(
    [...template.text.matchAll(/^var (\w+) = (?:'''\n([\s\S]*?)'''|'(.*)')$/gm)].map(([, name = '', long, short]) => [
      name,
      long ?? short ?? '',
    ]),
  );
  const rules = [...template.text.matchAll(/^ {2}\{\n {4}key: '([\w-]+)'\n([\s\S]*?)^ {2}\}$/gm)];
  return rules.map(([, key = '', body = '']) => {
    const [, query = ''] = /^ {4}query: (.*)$/m.exec(body) ?? [];
    const [, kind = ''] = /^ {4}kind: (.*)$/m.exec(body) ?? [];
    const whole = kindOf(kind, template.text);
    const [, amount = '', unit = ''] = /window: 'PT(\d+)([HM])'(?!.*window: )/.exec(whole) ?? [];
    return {
      key,
      query: /^\w+$/.test(query) ? (texts.get(query) ?? '') : written(query, texts),
      windowMinutes: Number(amount) * (unit === 'H' ? 60 : 1),
      threshold: Number(/threshold: (\d+)(?!.*threshold: )/.exec(whole)?.[1]),
      isState: /isState: (\w+)(?!.*isState: )/.exec(whole)?.[1] === 'true',
      dimension: /dimensions: \[\{ name: '(\w+)'/.exec(whole)?.[1] ?? null,
    };
  });
}

/** The variables that a kind unites, one after the other: the last value of a property counts. */
function kindOf(kind: string, text: string): string {
  const [, base, more] = /^union\((\w+), (.*)\)$/.exec(kind) ?? [];
  if (base !== undefined) return `${kindOf(base, text)} ${more}`;
  const [, value] = new RegExp(`^var ${kind} = (.*)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`There is no kind ${kind}`);
  return value.startsWith('union(') ? kindOf(value, text) : value;
}

/** An interpolated text of Bicep. */
function written(query: string, texts: ReadonlyMap<string, string>): string {
  const value = query
    .slice(1, -1)
    .replaceAll("\\'", "'")
    .replaceAll('\\n', '\n')
    .replaceAll(/\$\{(\w+)\}/g, (_, name) => texts.get(name) ?? `no ${name}`);
  if (!query.startsWith("'") || value.includes('${')) throw new Error(`This test cannot read ${query}`);
  return value;
}
