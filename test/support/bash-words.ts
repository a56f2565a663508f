import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stand-ins that only print the words they get: one line per word, then an empty one. Words here have no newline. */
const program = (name: string) => `#!/bin/bash\nprintf '%s\\n' ${name} "$@" ''\n`;

/**
 * The words of each command line as a real bash splits them, with `az` and `vm-identities` as its only programs. A
 * command substitution gives the words of its command, in one line.
 * @throws {Error} bash refuses a line, or a line does anything else than run one command
 */
export function bashWords(lines: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'bash-words-'));
  try {
    const programs = join(folder, 'bin');
    const work = join(folder, 'work');
    spawnSync('mkdir', [programs, work]);
    for (const name of ['az', 'vm-identities']) writeFileSync(join(programs, name), program(name), { mode: 0o755 });
    const script = join(folder, 'script');
    writeFileSync(script, lines.join('\n'));
    const { status, stdout, stderr } = spawnSync('/bin/bash', ['-e', script], {
      cwd: work,
      env: { PATH: programs },
      encoding: 'utf8',
    });
    if (status !== 0 || stderr !== '') throw new Error(`bash ended with ${status}: ${stderr}`);
    const left = readdirSync(work);
    if (left.length > 0) throw new Error(`bash made ${left.join()}`);
    return stdout
      .split('\n\n')
      .slice(0, -1)
      .map((command) => command.split('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The command in a text for people: from the first program to the end. */
export function commandIn(text: string): string {
  const command = /\b(?:az|vm-identities) .*$/s.exec(text)?.[0];
  if (command === undefined) throw new Error(`no command in: ${text}`);
  return command;
}
