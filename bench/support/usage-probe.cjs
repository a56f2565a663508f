// Loaded before the measured program. At its end, writes its resource usage to the file in BENCH_USAGE.
const { writeFileSync } = require('node:fs');
process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    process.env.BENCH_USAGE,
    JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakRssBytes: maxRSS * 1024, endedAt: Date.now() }),
  );
});
