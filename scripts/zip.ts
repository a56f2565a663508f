import { type Zippable, zipSync } from 'fflate';

/**
 * A zip archive whose bytes follow from the names and contents alone: entries by name, the same time and mode for each, and a
 * compressor of its own rather than the one of the Node that happens to run.
 * @param files contents by path within the archive, with `/` between folders
 */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The format has no time zone and begins with 1980: this writes the same digits everywhere.
  const mtime = new Date(1980, 0, 2, 12);
  // Unix, a plain file that everybody may read; the app's folder is not written to.
  const attributes = { os: 3, attrs: 0o100644 * 0x10000, mtime, level: 9 } as const;
  const names = Object.keys(files).sort();
  const entries: Zippable = {};
  for (const name of names) entries[name] = [files[name] ?? new Uint8Array(), attributes];
  return zipSync(entries);
}
