/**
 * Preloaded into a program that does not watch its stdin (`node --import …/tether.ts program.js`): ends it, in its own way, when
 * whoever started it is gone, however that came about. Holds nothing open itself.
 */
const { stdin } = process;
stdin.once('close', () => process.kill(process.pid, 'SIGTERM')).resume();
stdin.unref();
