// Loaded before the program under measurement: when it ends, writes what it took to the file named by BENCH_USAGE.
const { writeFileSync } = require('node:fs');
process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    process.env.BENCH_USAGE,
    JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakRssBytes: maxRSS * 1024, endedAt: Date.now() }),
  );
});
