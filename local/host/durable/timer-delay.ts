/**
 * The delay that the engine gives the message of a timer: whole seconds. Some of the last second has always passed.
 * @param wantedMs from the beginning of the turn that made the timer
 */
export function timerDelayMs(wantedMs: number): number {
  return Math.max(Math.ceil(wantedMs / 1000) - 1, 0) * 1000;
}
