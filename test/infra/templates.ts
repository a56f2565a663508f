import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of the project. */
export const root = join(import.meta.dirname, '../..');

export interface Parameter {
  readonly name: string;
  readonly type: string;
  /** The default, as written; null = required. */
  readonly fallback: string | null;
  /** The arguments of each decorator, by its name. */
  readonly decorators: Readonly<Record<string, string>>;
}

export interface Output {
  readonly name: string;
  readonly value: string;
  readonly decorators: Readonly<Record<string, string>>;
}

/** The parts of a Bicep file that these tests read. They expect declarations of one line. */
export interface Template {
  /** Relative to `infra/`: `modules/storage.bicep`. */
  readonly path: string;
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly outputs: readonly Output[];
}

/** All `.bicep` files below infra/. */
export async function readTemplates(): Promise<readonly Template[]> {
  const templates: Template[] = [];
  for await (const path of glob('**/*.bicep', { cwd: join(root, 'infra') })) templates.push(await readTemplate(path));
  return templates.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @param path relative to `infra/` */
export async function readTemplate(path: string): Promise<Template> {
  const text = await readFile(join(root, 'infra', path), 'utf8');
  const parameters: Parameter[] = [];
  const outputs: Output[] = [];
  let decorators: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const decorator = /^@(\w+)\((.*)\)$/.exec(line);
    const parameter = /^param (\w+) ([^=]+?)(?: = (.*))?$/.exec(line);
    const output = /^output (\w+) \S+ = (.*)$/.exec(line);
    if (decorator?.[1] !== undefined) {
      decorators[decorator[1]] = decorator[2] ?? '';
      continue;
    }
    if (parameter !== null) {
      const [, name = '', type = '', fallback = null] = parameter;
      parameters.push({ name, type, fallback, decorators });
    } else if (output !== null) {
      const [, name = '', value = ''] = output;
      outputs.push({ name, value, decorators });
    }
    decorators = {};
  }
  return { path, text, parameters, outputs };
}

/** The keys and values of an object variable with one entry per line. */
export function objectVariable(template: Template, name: string): ReadonlyMap<string, string> {
  const body = new RegExp(`^var ${name} = \\{\\n([\\s\\S]*?)\\n\\}`, 'm').exec(template.text)?.[1];
  if (body === undefined) throw new Error(`${template.path} has no object variable ${name}`);
  const entries = body.split('\n').map((line) => /^ {2}(\w+): (.*)$/.exec(line));
  return new Map(entries.flatMap((entry) => (entry === null ? [] : [[entry[1] ?? '', entry[2] ?? '']])));
}

/** Parses a one-line Bicep literal: string, number, boolean or list of strings. @returns undefined for anything else */
export function literal(text: string): string | number | boolean | readonly (string | number)[] | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+$/.test(text)) return Number(text);
  const quoted = /^'((?:[^'\\$]|\\.)*)'$/.exec(text);
  if (quoted !== null) return (quoted[1] ?? '').replaceAll(/\\(.)/g, '$1');
  const list = /^\[(.*)\]$/.exec(text)?.[1];
  if (list === undefined) return undefined;
  const items = list.split(',').flatMap((part) => (part.trim() === '' ? [] : [literal(part.trim())]));
  return items.every((item) => typeof item === 'string' || typeof item === 'number') ? items : undefined;
}
