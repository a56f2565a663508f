import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The program that opens an address in the browser of the user. Each gets it as one argument, without a shell. */
const openers: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the browser, which outlives this process. @returns why it could not be opened, or null */
export async function openInBrowser(address: string): Promise<string | null> {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  child.unref();
  try {
    await once(child, 'spawn');
    return null;
  } catch (error) {
    return `${command} did not start: ${error instanceof Error ? error.message : error}`;
  }
}
