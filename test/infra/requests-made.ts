import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BlobBatchClient,
  BlobClient,
  BlobLeaseClient,
  BlobServiceClient,
  BlockBlobClient,
  ContainerClient,
} from '@azure/storage-blob';
import { root } from './templates.ts';

/** A request that the code can make, `GET /subscriptions/{}` or `download` of the storage library, and its file. */
export interface RequestMade {
  readonly request: string;
  /** `lib/azure/resource-manager/resources/subscriptions.ts` */
  readonly file: string;
}

/** Requests whose path is not a literal in the code: by file, the expression and the path. */
const knownPaths: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // A role can be defined at any scope.
  'lib/azure/resource-manager/resources/role-definitions.ts': { 'resourcePath(roleDefinitionId)': '{}' },
  'lib/azure/resource-manager/resources/virtual-machines.ts': {
    'virtualMachines.get': '/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Compute/virtualMachines/{}',
  },
};

/**
 * Every request to Resource Manager in lib/: calls of an ArmClient, and of an SDK client that uses one (`forSdk`).
 * @throws the path of a request is unknown: write it as a literal, or add it to `knownPaths`
 */
export async function resourceManagerRequests(): Promise<readonly RequestMade[]> {
  const files = await readSources('lib');
  const sources = await readSources('{lib,functions,cli}');
  const made: RequestMade[] = [];
  for (const [file, text] of files) {
    if (/resource-manager\/(client\/arm-client|resources\/resource-requests)\.ts$/.test(file)) continue;
    const calls = [...callsOfClient(text), ...callsOfReaders(text), ...callsOfSdk(text)];
    for (const { verb, path, by } of calls)
      if (isCalled(by, file, sources)) made.push({ file, request: `${verb} ${pathOf(path, file, files)}` });
    if (calls.length === 0 && /\bapiVersion\b/.test(text) && /\bArmClient\b/.test(text)) {
      throw new Error(`${file} uses an apiVersion and an ArmClient, but makes no request that this test recognizes`);
    }
  }
  return made;
}

/** Every operation of the storage library that lib/ calls, by name. */
export async function storageRequests(): Promise<readonly RequestMade[]> {
  const made: RequestMade[] = [];
  for (const [file, text] of await readSources('lib')) {
    if (!text.includes('@azure/storage-blob') && !text.includes('container.ts')) continue;
    const called = new Set([...text.matchAll(/\.\s*(\w+)\(/g)].map(([, name = '']) => name));
    for (const name of called) if (storageOperations.has(name)) made.push({ file, request: name });
  }
  return made;
}

async function readSources(folders: string): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  for await (const file of glob(`${folders}/**/*.ts`, { cwd: root }))
    sources.set(file, await readFile(join(root, file), 'utf8'));
  return sources;
}

/** Whether another file calls an exported function: code that nothing calls sends nothing. */
function isCalled(name: string | null, file: string, sources: ReadonlyMap<string, string>): boolean {
  if (name === null) return true;
  const call = new RegExp(`\\b${name}\\b`);
  return [...sources].some(([other, text]) => other !== file && call.test(text));
}

/** The exported function that a position in a file belongs to; null where it belongs to none. */
function exportedFunctionAt(text: string, index: number): string | null {
  const declarations = [...text.slice(0, index).matchAll(/^(export )?(?:(?:async )?function\*?|const) (\w+)/gm)];
  const [, exported, name] = declarations.at(-1) ?? [];
  return exported === undefined ? null : (name ?? null);
}

/** Methods that send a request. Methods that create a client or only sign send none. */
const storageOperations: ReadonlySet<string> = new Set(
  [BlobServiceClient, ContainerClient, BlobClient, BlockBlobClient, BlobLeaseClient, BlobBatchClient]
    .flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== 'constructor' && !/^get.*Client$|^generate|^with|^create.*Client$/.test(name)),
);

interface Call {
  readonly verb: string;
  readonly path: string;
  /** The exported function that makes it. */
  readonly by: string | null;
}

/** `arm.get(PATH, …)`, `arm.pages(PATH, …)` and the other methods of a client. `pages` is a GET. */
function callsOfClient(text: string): readonly Call[] {
  return [...text.matchAll(/\b(?:arm|armClient|resourceManager)\.(\w+)\(/g)].flatMap((match) => {
    const [whole, method = ''] = match;
    if (method === 'forSdk') return [];
    const verb = method === 'get' || method === 'pages' ? 'GET' : method.toUpperCase();
    const path = firstArgument(text.slice(match.index + whole.length));
    return [{ verb, path, by: exportedFunctionAt(text, match.index) }];
  });
}

/** `subscriptionList(TYPE, …)` and `resourceReader(…)`, which return functions that send a GET. */
function callsOfReaders(text: string): readonly Call[] {
  return [...text.matchAll(/\b(subscriptionList|resourceReader)\(/g)].map((match) => {
    const [whole, reader] = match;
    const argument = firstArgument(text.slice(match.index + whole.length));
    const path = reader === 'subscriptionList' ? `subscriptionListPath(id, ${argument})` : 'resourcePath(id)';
    return { verb: 'GET', path, by: exportedFunctionAt(text, match.index + whole.length) };
  });
}

/** `client.virtualMachines.get(…)` in a file that hands an ArmClient's pipeline to a client of the SDK. */
function callsOfSdk(text: string): readonly Call[] {
  if (!text.includes('.forSdk(')) return [];
  const calls = [...text.matchAll(/\.\s*([a-z]\w+)\s*\.\s*((?:get|list|begin|create|update|delete)\w*)\(/g)];
  if (calls.length === 0) throw new Error('the file creates a client of the SDK but calls none of its methods');
  return calls.map(({ 1: group, 2: method, index }) => ({
    verb: 'GET',
    path: `${group}.${method}`,
    by: exportedFunctionAt(text, index),
  }));
}

/** The text up to the first comma or closing bracket outside nested brackets. */
function firstArgument(text: string): string {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if ('([{'.includes(character)) depth += 1;
    if (depth === 0 && (character === ',' || character === ')')) return text.slice(0, index).trim();
    if (')]}'.includes(character)) depth -= 1;
  }
  throw new Error('a call without an end');
}

/** The path that an expression means, with `{}` for its parameters. */
function pathOf(expression: string, file: string, files: ReadonlyMap<string, string>): string {
  const text = files.get(file) ?? '';
  const known = knownPaths[file]?.[expression] ?? textOf(expression);
  if (known !== null) return known;
  const type = /^subscriptionListPath\(\w+, (.*)\)$/.exec(expression)?.[1];
  if (type !== undefined) return `/subscriptions/{}/providers/${constantOf(type, file, files)}`;
  if (/^resourcePath\(\w+\)$/.test(expression)) {
    return `/subscriptions/{}/resourceGroups/{}/providers/${typeOf(file, files)}/{}`;
  }
  // The value of the constant, or the result of the function, of that name in the same file.
  const name = /^\w+/.exec(expression)?.[0] ?? '';
  const declared = new RegExp(`\\b(?:const ${name}\\b[^=]*=|function ${name}\\b[^{]*\\{\\s*return)\\s*([^;]*);`);
  const meaning = declared
    .exec(text)?.[1]
    ?.replace(/^\([^)]*\)(?:: \w+)? =>\s*/, '')
    .trim();
  if (meaning !== undefined && meaning !== expression) return pathOf(meaning, file, files);
  throw new Error(`${file}: the path of '${expression}' is unknown; add it to knownPaths`);
}

/** The only type of resource that a file lists. */
function typeOf(file: string, files: ReadonlyMap<string, string>): string {
  const lists = [...(files.get(file) ?? '').matchAll(/\bsubscriptionList\(\s*([\w']+)/g)];
  const types = new Set(lists.map(([, type = '']) => constantOf(type, file, files)));
  const [type, another] = types;
  if (type === undefined || another !== undefined)
    throw new Error(`${file} reads by id, but does not list exactly one type of resource`);
  return type;
}

/** The literal, or the constant of that name in this file or in another. */
function constantOf(expression: string, file: string, files: ReadonlyMap<string, string>): string {
  const written = textOf(expression);
  if (written !== null) return written;
  const pattern = new RegExp(`\\bconst ${expression} = '([^']*)'`);
  for (const text of [files.get(file) ?? '', ...files.values()]) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`${file}: the value of '${expression}' is unknown`);
}

/** A literal or template, with `{}` for its parameters. */
function textOf(expression: string): string | null {
  const written = /^'([^']*)'$|^`([^`]*)`$/.exec(expression);
  return written === null ? null : (written[1] ?? written[2] ?? '').replaceAll(/\$\{[^}]*\}/g, '{}');
}
