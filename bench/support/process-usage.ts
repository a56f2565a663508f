import { readdir, readFile } from 'node:fs/promises';

/** The resources of a running process. */
export interface Usage {
  /** User and system time of its threads so far. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Asks Linux. @see https://docs.kernel.org/scheduler/sched-stats.html and https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export async function usageOf(pid: number): Promise<Usage> {
  const process = `/proc/${pid}`;
  const threads = await readdir(`${process}/task`);
  const times = await Promise.all(
    threads.map(async (thread) =>
      Number((await readFile(`${process}/task/${thread}/schedstat`, 'utf8')).split(' ')[0]),
    ),
  );
  const [, rssKb] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`${process}/status`, 'utf8')) ?? [];
  return { cpuMs: times.reduce((sum, ns) => sum + ns, 0) / 1e6, rssBytes: Number(rssKb) * 1024 };
}
