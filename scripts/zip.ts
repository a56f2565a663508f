import { type Zippable, zipSync } from 'fflate';

/**
 * A zip archive whose bytes depend only on names and contents: entries are sorted by name, have the same time and mode,
 * and are compressed by a package instead of the current Node.
 * @param files contents by path within the archive, with `/` between folders
 */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The format has no time zone and starts in 1980. A local time writes the same digits everywhere.
  const mtime = new Date(1980, 0, 2, 12);
  // Unix, a regular file that everyone may read. The app does not write to its folder.
  const attributes = { os: 3, attrs: 0o100644 * 0x10000, mtime, level: 9 } as const;
  const names = Object.keys(files).sort();
  const entries: Zippable = {};
  for (const name of names) entries[name] = [files[name] ?? new Uint8Array(), attributes];
  return zipSync(entries);
}
