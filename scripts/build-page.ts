import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { gzipSync } from 'fflate';
import { replacePackages } from './bundle.ts';

const source = 'web';
const folder = 'dist/page';

/**
 * Builds the page into `dist/page/`: `index.html` and `assets/NAME-HASH.EXT`, one script, one style sheet, one icon
 * file. Each has a `.br` and a `.gz` beside it, because the Functions host compresses nothing.
 * The same sources make the same bytes (`.br`: with the same Node).
 * @see https://github.com/Azure/azure-functions-host/issues/4000
 */
export async function buildPage(): Promise<void> {
  const assets = {
    'main.js': await bundled('main.tsx', { format: 'esm', jsx: 'automatic', jsxImportSource: 'preact' }),
    'main.css': await bundled('styles/main.css', {}),
    'icons.svg': await iconFile(),
  };
  const files = new Map<string, Uint8Array>();
  let html = await readFile(join(source, 'index.html'), 'utf8');
  for (const [name, content] of Object.entries(assets)) {
    const hashed = withHash(name, content);
    if (!html.includes(`"assets/${name}"`)) throw new Error(`${source}/index.html does not name assets/${name}`);
    html = html.replaceAll(`"assets/${name}"`, `"assets/${hashed}"`);
    files.set(`assets/${hashed}`, content);
  }
  files.set('index.html', Buffer.from(html));

  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'assets'), { recursive: true });
  for (const [name, content] of files) {
    await writeFile(join(folder, name), content);
    await writeFile(join(folder, `${name}.br`), brotli(content));
    // By a package and without a time: the bytes depend on neither this Node nor the clock.
    await writeFile(join(folder, `${name}.gz`), gzipSync(content, { level: 9, mtime: 0 }));
  }
}

/**
 * What d3-scale needs of three packages that it contains whole: the page's scales turn numbers and times into pixels, and
 * `Intl` writes its numbers and times. That takes 20 kB off the script, 8 kB compressed.
 */
const replacements = {
  'd3-interpolate': `
    export const interpolateNumber = (a, b) => (t) => a * (1 - t) + b * t;
    export const interpolate = interpolateNumber;
    export const interpolateRound = (a, b) => (t) => Math.round(a * (1 - t) + b * t);
    export const piecewise = () => { throw new Error('The page has no piecewise scale'); };`,
  'd3-format': `
    export const format = () => String;
    export const formatPrefix = format;
    export const formatSpecifier = () => ({});
    export const precisionFixed = () => 0;
    export const precisionPrefix = precisionFixed;
    export const precisionRound = precisionFixed;`,
  'd3-time-format': `
    export const timeFormat = () => String;
    export const utcFormat = timeFormat;`,
};

async function bundled(entry: string, options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(source, entry)],
    bundle: true,
    minify: true,
    target: ['es2023', 'chrome123', 'firefox121', 'safari17.5'],
    write: false,
    plugins: [replacePackages(replacements)],
    logLevel: 'warning',
  });
  const [output, ...others] = outputFiles;
  if (output === undefined || others.length > 0) throw new Error(`${entry} makes ${outputFiles.length} files, not one`);
  return output.contents;
}

/**
 * One file with a `<symbol>` for each icon in `web/icons/`, named as its file. Opened by itself, as a favicon, it shows
 * the logo.
 */
async function iconFile(): Promise<Uint8Array> {
  const names = (await readdir(join(source, 'icons'))).filter((name) => extname(name) === '.svg').sort();
  const symbols = names.map(async (name) => symbolOf(name, await readFile(join(source, 'icons', name), 'utf8')));
  const inside = (await Promise.all(symbols)).join('');
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${inside}<use href="#logo"/></svg>\n`,
  );
}

/** @param text an SVG file; its root's other attributes, such as `viewBox` and `stroke`, move to the symbol */
function symbolOf(file: string, text: string): string {
  const parts = /<svg\b(?<attributes>[^>]*)>(?<inside>[\s\S]*)<\/svg>/.exec(text)?.groups;
  if (parts === undefined) throw new Error(`${source}/icons/${file} is no SVG file`);
  const { attributes = '', inside = '' } = parts;
  const kept = attributes
    .replaceAll(/\s(?:xmlns|width|height|id|class)="[^"]*"/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `<symbol id="${basename(file, '.svg')}" ${kept}>${inside.replaceAll(/>\s+</g, '><').trim()}</symbol>`;
}

/** The name as `main-0a1b2c3d4e5f.js`: another content, another address. */
function withHash(name: string, content: Uint8Array): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return `${basename(name, extname(name))}-${hash}${extname(name)}`;
}

function brotli(content: Uint8Array): Uint8Array {
  const { BROTLI_PARAM_QUALITY, BROTLI_MAX_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(content, {
    params: { [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY, [BROTLI_PARAM_SIZE_HINT]: content.byteLength },
  });
}
