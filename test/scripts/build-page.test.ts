import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

/** The global setup builds it. */
const page = join(import.meta.dirname, '../../dist/page');
const icons = join(import.meta.dirname, '../../web/icons');
const names = (await readdir(join(page, 'assets'))).filter((name) => !/\.(?:br|gz)$/.test(name)).sort();
const document = await readFile(join(page, 'index.html'), 'utf8');

describe('the built page', () => {
  test('is a document, one script, one style sheet and one icon file, and the document names each', () => {
    expect(names.map((name) => name.replace(/-[0-9a-f]{12}\./, '-HASH.')).sort()).toEqual([
      'icons-HASH.svg',
      'main-HASH.css',
      'main-HASH.js',
    ]);
    const named = [...document.matchAll(/="assets\/([^"]+)"/g)].map(([, name]) => name);
    expect(named.sort()).toEqual(names);
  });

  test.each(['index.html', ...names.map((name) => `assets/${name}`)])(
    'has %s compressed beside it, with the same content',
    async (name) => {
      const [plain, br, gz] = await Promise.all(
        ['', '.br', '.gz'].map((ending) => readFile(join(page, name + ending))),
      );

      expect(brotliDecompressSync(br ?? '')).toEqual(plain);
      expect(gunzipSync(gz ?? '')).toEqual(plain);
      if (name === 'index.html') return;
      expect(name).toContain(
        `-${createHash('sha256')
          .update(plain ?? '')
          .digest('hex')
          .slice(0, 12)}.`,
      );
    },
  );

  test.each([
    ['index.html', 2_000],
    [`assets/${names.find((name) => name.endsWith('.css'))}`, 10_000],
    [`assets/${names.find((name) => name.endsWith('.js'))}`, 80_000],
  ])('%s has at most %i bytes, compressed by gzip', async (name, most) => {
    expect((await readFile(join(page, `${name}.gz`))).byteLength).toBeLessThanOrEqual(most);
  });

  test('has nothing in the document that its policy forbids', () => {
    expect(document).not.toMatch(/<style|<base|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)/i);
    expect(document).not.toMatch(/(?:https?:)?\/\//);
  });

  test('has a symbol for each icon, which keeps what its file says', async () => {
    const text = await readFile(join(page, `assets/${names.find((name) => name.endsWith('.svg'))}`), 'utf8');
    const symbols = new Map([...text.matchAll(/<symbol id="([\w-]+)" ([^>]*)>/g)].map(([, id, rest]) => [id, rest]));

    const files = (await readdir(icons)).filter((name) => name.endsWith('.svg')).sort();
    expect([...symbols.keys()]).toEqual(files.map((name) => name.replace('.svg', '')));
    for (const file of files) {
      const [root = ''] = /<svg[^>]*>/.exec(await readFile(join(icons, file), 'utf8')) ?? [];
      for (const attribute of ['viewBox', 'fill', 'stroke', 'stroke-width']) {
        const [given] = new RegExp(` ${attribute}="[^"]*"`).exec(root) ?? [];
        if (given !== undefined) expect(symbols.get(file.replace('.svg', ''))).toContain(given.trim());
      }
    }
    expect(text).toContain('<use href="#logo"/>');
  });
});
