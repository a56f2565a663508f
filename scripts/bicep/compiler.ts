import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The only version that checks, formats and compiles the templates: each version writes other bytes. */
export const bicepVersion = '0.49.2';
/**
 * What NuGet computes of the package and writes into `.nupkg.metadata`. Compared here, because a lock file records no
 * `PackageDownload`. The package is for Linux on x64; NuGet has none for other systems.
 */
const nuget = {
  id: 'Azure.Bicep.CommandLine.linux-x64',
  contentHash: 'z5p/I6NTOJvoQaJj0Rk3bTglGxIAVK920PiwYjrGuAl3V4wyr7yPjd3BYjRtVPBcdcrW1BtS33tSlWzB76MtNw==',
};
const cache = join(import.meta.dirname, '../../dist/bicep');
const fileName = process.platform === 'win32' ? 'bicep.exe' : 'bicep';

/** The environment of the compiler, and of the SDK that downloads it. */
export const compilerEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  // Runs without ICU, and without a home folder that it may write to.
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
  DOTNET_BUNDLE_EXTRACT_BASE_DIR: join(cache, 'extracted'),
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
};

/** What a run of the compiler left: its exit code (null after a signal) and all that it printed. */
export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No program of the pinned version is on this machine. The message says what was tried, and what to do. */
export class MissingCompiler extends Error {}

/**
 * The program of the pinned version: `bicep` on the PATH, else the package from NuGet (cached in `dist/bicep`), else the
 * one that `az bicep install` left.
 * @throws {MissingCompiler} none of them has this version
 * @throws {Error} the package is not the one that this project pins
 */
export function findCompiler(): string {
  const tried: string[] = [];
  for (const find of [onPath, fromNuget, ofAzureCli]) {
    const found = find();
    if ('program' in found) return found.program;
    tried.push(`  ${found.instead}`);
  }
  throw new MissingCompiler(
    `Bicep ${bicepVersion} was not found:\n${tried.join('\n')}\nInstall the .NET SDK 10, or run: az bicep install --version v${bicepVersion}`,
  );
}

/** Runs the compiler in a folder. `variables` replace those of this process; undefined removes one. */
export async function runCompiler(
  program: string,
  given: readonly string[],
  { folder = '.', variables = {} }: { readonly folder?: string; readonly variables?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  const child = spawn(program, given, {
    cwd: folder,
    env: { ...compilerEnvironment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { status, stdout, stderr };
}

type Found = { readonly program: string } | { readonly instead: string };

function onPath(): Found {
  const version = versionOf('bicep');
  return version === bicepVersion
    ? { program: 'bicep' }
    : { instead: `bicep on the PATH: ${version ?? 'not installed'}` };
}

function fromNuget(): Found {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { instead: 'NuGet: has it for Linux on x64 only' };
  const folder = join(cache, 'packages', nuget.id.toLowerCase(), bicepVersion);
  const metadata = join(folder, '.nupkg.metadata');
  if (!existsSync(metadata)) {
    const { error, status, stdout, stderr } = restore();
    if (error !== undefined) return { instead: `NuGet: dotnet is not installed (${error.message})` };
    if (status !== 0) return { instead: `NuGet: dotnet restore failed with exit code ${status}\n${stdout}${stderr}` };
  }
  const { contentHash } = JSON.parse(readFileSync(metadata, 'utf8'));
  if (contentHash !== nuget.contentHash) {
    throw new Error(
      `${folder} is not the package that this project pins, so it was not run.\n  contentHash: ${contentHash}\n  pinned:      ${nuget.contentHash}\nTo download it again, remove that folder.`,
    );
  }
  return { program: join(folder, 'tools/bicep') };
}

function restore() {
  const properties = [`-p:BicepPackage=${nuget.id}`, `-p:BicepVersion=${bicepVersion}`];
  const folders = ['--packages', join(cache, 'packages'), '--artifacts-path', cache];
  return spawnSync('dotnet', ['restore', join(import.meta.dirname, 'bicep.proj'), ...properties, ...folders], {
    env: compilerEnvironment,
    encoding: 'utf8',
  });
}

function ofAzureCli(): Found {
  const program = join(process.env.AZURE_CONFIG_DIR ?? join(homedir(), '.azure'), 'bin', fileName);
  const version = versionOf(program);
  return version === bicepVersion ? { program } : { instead: `az bicep: ${version ?? 'not installed'}` };
}

/** @returns the version that a program prints, or null if it does not run or prints none */
function versionOf(program: string): string | null {
  const { stdout, error } = spawnSync(program, ['--version'], {
    env: compilerEnvironment,
    encoding: 'utf8',
  });
  if (error !== undefined) return null;
  return /\bversion (\d+\.\d+\.\d+)\b/.exec(stdout)?.[1] ?? null;
}
