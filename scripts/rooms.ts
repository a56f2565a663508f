/** A folder or file of the project, and what its files may import. Type imports count too. */
export interface Room {
  /** Path without `.ts`: `lib/azure` includes every file below it, `lib/errors` is one file. */
  readonly path: string;
  /** Other rooms that it may import. `lib` means all of lib, `*` every room except test. */
  readonly rooms: readonly string[];
  /** Packages that it may import. A trailing `*` matches any ending, a leading `!` excludes. */
  readonly packages: readonly string[];
  /** Modules of Node, in the same notation. */
  readonly builtins: readonly string[];
}

/** All modules of Node except the database, which only lib/database opens. */
const platform = ['*', '!node:sqlite'];
const everything = { rooms: ['*'], packages: ['*', '!@azure/functions', '!durable-functions'], builtins: ['*'] };
const nothing = { rooms: [], packages: [], builtins: [] };
/** The rooms that a room which reads Azure may import. */
const readers = ['lib/azure', 'lib/inventory', 'lib/async', 'lib/files', 'lib/errors', 'lib/json', 'lib/settings'];

/** The table of docs/architecture.md. */
export const rooms: readonly Room[] = [
  { path: 'functions', rooms: ['lib'], packages: ['@azure/functions', 'durable-functions'], builtins: platform },
  { path: 'cli', rooms: ['lib'], packages: ['*', '!@azure/*', '!durable-functions'], builtins: platform },
  {
    path: 'lib/run',
    rooms: [...readers, 'lib/collect', 'lib/published', 'lib/sources', 'lib/database', 'lib/reports'],
    packages: [],
    builtins: platform,
  },
  {
    path: 'lib/published',
    rooms: [...readers, 'lib/database', 'lib/reports'],
    packages: ['valibot'],
    builtins: platform,
  },
  {
    path: 'lib/sources',
    rooms: [...readers, 'lib/published', 'lib/database'],
    packages: ['valibot'],
    builtins: platform,
  },
  { path: 'lib/collect', rooms: readers, packages: [], builtins: platform },
  { path: 'lib/rights', rooms: readers, packages: ['@azure/storage-blob'], builtins: platform },
  {
    path: 'lib/http',
    rooms: ['lib/database', 'lib/inventory', 'lib/parameters', 'lib/reports', 'lib/errors', 'lib/json', 'lib/settings'],
    packages: ['valibot', '@valibot/to-json-schema', 'croner'],
    builtins: platform,
  },
  {
    path: 'lib/parameters',
    rooms: ['lib/inventory', 'lib/settings'],
    packages: ['valibot'],
    builtins: [],
  },
  {
    path: 'lib/azure',
    rooms: ['lib/async', 'lib/inventory', 'lib/errors', 'lib/settings', 'lib/json', 'lib/container-url'],
    packages: ['@azure/*', '!@azure/functions', 'valibot'],
    builtins: platform,
  },
  { path: 'lib/database', rooms: ['lib/inventory', 'lib/errors'], packages: [], builtins: ['node:sqlite'] },
  { path: 'lib/reports', rooms: ['lib/inventory'], packages: ['fflate'], builtins: ['node:zlib'] },
  { path: 'lib/files', rooms: ['lib/errors'], packages: [], builtins: platform },
  { path: 'lib/inventory', rooms: ['lib/errors'], packages: ['valibot'], builtins: [] },
  { path: 'lib/async', rooms: ['lib/errors'], packages: [], builtins: ['node:timers/promises'] },
  {
    path: 'lib/settings',
    rooms: ['lib/errors', 'lib/inventory', 'lib/nearest', 'lib/container-url', 'lib/setting-values'],
    packages: [],
    builtins: [],
  },
  { path: 'lib/setting-values', rooms: ['lib/errors', 'lib/container-url'], packages: [], builtins: [] },
  { path: 'lib/container-url', ...nothing },
  { path: 'lib/nearest', ...nothing },
  { path: 'lib/errors', ...nothing },
  { path: 'lib/json', rooms: [], packages: ['valibot'], builtins: [] },
  // It runs in browsers: its types of the API are made from the OpenAPI document, not imported.
  {
    path: 'web',
    rooms: [],
    packages: ['preact', '@preact/signals', '@tanstack/virtual-core', 'd3-scale'],
    builtins: [],
  },
  { path: 'local', ...everything },
  { path: 'scripts', ...everything },
  { path: 'bench', ...everything, rooms: ['*', 'test'] },
  { path: 'test', rooms: ['*'], packages: ['*'], builtins: ['*'] },
];
