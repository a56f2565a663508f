import { cpus, release, totalmem, type } from 'node:os';

/** The machine that the figures were measured on. */
export function environment(): Record<string, string | number> {
  const [cpu] = cpus();
  return {
    node: process.version,
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    measuredAt: new Date().toISOString(),
  };
}
