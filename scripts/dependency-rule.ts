import { glob, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, posix, relative, resolve, sep } from 'node:path';
import { type Room, rooms } from './rooms.ts';

/**
 * Checks the imports of every source file below a folder (default: the current one) against the table in rooms.ts.
 * Prints one line for each forbidden import, and exits with code 1 if there are any.
 */
const root = resolve(process.argv[2] ?? '.');
const violations: string[] = [];
let files = 0;
for (const folder of new Set(rooms.map(({ path }) => path.split('/')[0]))) {
  for await (const path of glob(`${folder}/**/*.{ts,tsx,js,mjs,cjs}`, { cwd: root })) {
    files++;
    violations.push(...(await checkFile(path.split(sep).join('/'))));
  }
}
for (const violation of violations.sort()) console.log(violation);
if (files === 0) violations.push(`No source files in ${root}`);
console.log(`dependency rule: ${files} files, ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;

async function checkFile(path: string): Promise<string[]> {
  const room = roomOf(path);
  if (room === undefined) return [`${path}: belongs to no room; add its folder to scripts/rooms.ts`];
  return importsOf(await readFile(join(root, path), 'utf8')).flatMap(({ specifier, line }) => {
    const broken = brokenRule(room, path, specifier);
    return broken === null ? [] : [`${path}:${line}: imports ${specifier}; ${broken}`];
  });
}

/** @returns the rule that an import breaks, or null */
function brokenRule(room: Room, path: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return brokenRoomRule(room, posix.join(posix.dirname(path), specifier));
  if (isBuiltin(specifier)) {
    const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`;
    return allows(room.builtins, name) ? null : `${room.path} may import of Node: ${list(room.builtins)}`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return allows(room.packages, name) ? null : `${room.path} may import of packages: ${list(room.packages)}`;
}

function brokenRoomRule(room: Room, target: string): string | null {
  const entered = roomOf(target);
  // A file outside all rooms is no source: package.json, a payload.
  if (entered === room || (entered === undefined && !target.startsWith('..'))) return null;
  if (entered === undefined) return `that is ${relative(root, join(root, target))}, outside the project`;
  if (entered.path === 'test') return room.rooms.includes('test') ? null : 'only bench and test may import test';
  const may = room.rooms.some((name) => name === '*' || name === entered.path || entered.path.startsWith(`${name}/`));
  return may ? null : `${room.path} may import: ${list(room.rooms)}`;
}

function roomOf(path: string): Room | undefined {
  return rooms.find((room) => path.startsWith(`${room.path}/`) || path.replace(/\.\w+$/, '') === room.path);
}

/** The last matching entry decides: `['*', '!node:sqlite']` allows everything but one. */
function allows(entries: readonly string[], name: string): boolean {
  const deciding = entries.findLast((entry) => {
    const pattern = entry.replace(/^!/, '');
    return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });
  return deciding !== undefined && !deciding.startsWith('!');
}

function list(entries: readonly string[]): string {
  if (entries.length === 0) return 'nothing';
  return entries.map((entry) => (entry === '*' ? 'anything' : entry.replace(/^!/, 'not '))).join(', ');
}

/** Imports with their lines (from 1): also re-exports, type imports, `import()` and `require()`. */
function importsOf(source: string): { readonly specifier: string; readonly line: number }[] {
  const statement = /^(?:import|export)\s(?:[\w\s{},*$]*?\sfrom\s*)?\s*(['"])(?<specifier>[^'"\n]+)\1/gm;
  const call =
    /^(?!\s*(?:\/\/|\/?\*)).*?\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*(['"])(?<specifier>[^'"\n]+)\1/gm;
  return [statement, call]
    .flatMap((pattern) => [...source.matchAll(pattern)])
    .sort((a, b) => a.index - b.index)
    .map(({ index, groups }) => ({
      specifier: groups?.specifier ?? '',
      line: source.slice(0, index).split('\n').length,
    }));
}
