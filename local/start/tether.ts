/**
 * Preloaded into a program that does not watch its stdin: `node --import …/tether.ts program.js`. Ends that program
 * with SIGTERM when the process that started it is gone, even after a crash. Does not keep the program alive itself.
 */
const { stdin, stdout, stderr } = process;
stdin.once('close', () => process.kill(process.pid, 'SIGTERM')).resume();
stdin.unref();
// Nothing reads the output any more. What the program prints at its end must not keep it from saving its data.
for (const output of [stdout, stderr]) output.on('error', () => undefined);
