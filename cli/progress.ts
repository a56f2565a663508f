import type { CollectProgress } from '../lib/collect/collect-subscriptions.ts';
import type { Output } from './command.ts';
import { truncate } from './output/terminal-text.ts';

/** How often the bar is drawn, or a line is written if there is no terminal. */
const barIntervalMs = 100;
const lineIntervalMs = 10_000;
const barWidth = 24;

/** Progress of a run: a bar on a terminal, otherwise a line now and then. */
export function showProgress(stream: Output) {
  const started = Date.now();
  const interval = stream.isTTY === true ? barIntervalMs : lineIntervalMs;
  let shownAt = stream.isTTY === true ? 0 : started;
  let drawn = false;
  return {
    update(progress: CollectProgress): void {
      const now = Date.now();
      if (now - shownAt < interval) return;
      shownAt = now;
      const text = progressText(progress, now - started);
      if (stream.isTTY === true) {
        stream.write(`\r\u001b[2K${truncate(`${bar(progress)} ${text}`, (stream.columns ?? 0) - 1)}`);
        drawn = true;
      } else {
        stream.write(`${text}\n`);
      }
    },
    /** Clears the bar. */
    end(): void {
      if (drawn) stream.write('\r\u001b[2K');
    },
  };
}

function bar({ subscriptionsDone, subscriptionsTotal }: CollectProgress): string {
  const filled = Math.floor((barWidth * subscriptionsDone) / Math.max(1, subscriptionsTotal));
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
}

function progressText(progress: CollectProgress, elapsedMs: number): string {
  const { subscriptionsDone, subscriptionsTotal, virtualMachines, requests } = progress;
  const seconds = Math.round(elapsedMs / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${subscriptionsDone}/${subscriptionsTotal} subscriptions, ${virtualMachines} machines, ${requests} requests, ${clock}`;
}
