import { readFile } from 'node:fs/promises';
import manifest from '../package.json' with { type: 'json' };

/**
 * Prints what CHANGELOG.md says about the version of package.json: the notes of a release.
 * `node scripts/release-notes.ts v1.2.3` fails when the tag names another version, or the changelog does not know it.
 */
const tag = process.argv[2];
const { version } = manifest;
if (tag !== `v${version}`) throw new Error(`The tag is '${tag}'; package.json says v${version}`);

const changelog = await readFile('CHANGELOG.md', 'utf8');
const [, notes = ''] = changelog.split(`\n## [${version}]`);
const body =
  notes
    .slice(notes.indexOf('\n'))
    .split(/\n## |\n\[[^\]]+\]: /)[0]
    ?.trim() ?? '';
if (body === '') throw new Error(`CHANGELOG.md has no section ## [${version}], or it is empty`);
console.log(body);
