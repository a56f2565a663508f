import type { InvocationContext } from '@azure/functions';
import { getClient } from 'durable-functions';
import type { HttpContext } from '../lib/http/context.ts';
import type { DriveRun } from '../lib/run/start-run.ts';
import { appSettings } from './app-settings.ts';
import { driveRun } from './drive-run.ts';
import type { InventoryApp } from './inventory-app.ts';

let app: Promise<InventoryApp> | undefined;

/**
 * The app behind the triggers. The first trigger makes it, and loads Azure's libraries.
 * @throws {InvalidSettingError} a setting is wrong
 */
export function inventoryApp(): Promise<InventoryApp> {
  app ??= makeApp();
  return app;
}

/** The app's part of a request's context. @throws {InvalidSettingError} a setting is wrong */
export async function httpContext(invocation: InvocationContext): Promise<HttpContext> {
  return (await inventoryApp()).http(driveBy(invocation), invocation);
}

/** The engine, for an invocation that has a durable client as an extra input. */
export function driveBy(invocation: InvocationContext): DriveRun {
  return (runId, driven, signal) => driveRun(getClient(invocation), runId, driven, signal);
}

/** Ends the app, if a trigger has made it. */
export async function endApp(): Promise<void> {
  const [started] = await Promise.allSettled([app]);
  if (started.status === 'fulfilled') await started.value?.end();
}

async function makeApp(): Promise<InventoryApp> {
  if (appSettings instanceof Error) throw appSettings;
  const { createInventoryApp } = await import('./inventory-app.ts');
  return createInventoryApp(appSettings, process.env);
}
