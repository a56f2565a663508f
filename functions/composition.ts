import type { InvocationContext } from '@azure/functions';
import { getClient } from 'durable-functions';
import type { HttpContext } from '../lib/http/context.ts';
import { appSettings } from './app-settings.ts';
import { driveRun } from './drive-run.ts';
import type { Drive, InventoryApp } from './inventory-app.ts';

let made: Promise<InventoryApp> | undefined;

/**
 * The app behind the triggers, made at the first of them: until then nothing of Azure's libraries is loaded.
 * @throws {InvalidSettingError} a setting is wrong
 */
export function inventoryApp(): Promise<InventoryApp> {
  made ??= makeApp();
  return made;
}

/** What a request needs of it. @throws {InvalidSettingError} a setting is wrong */
export async function httpContext(invocation: InvocationContext): Promise<HttpContext> {
  return (await inventoryApp()).http(driveBy(invocation), invocation);
}

/** The engine, as an invocation with a durable client as extra input reaches it. */
export function driveBy(invocation: InvocationContext): Drive {
  return (runId, own, signal) => driveRun(getClient(invocation), runId, own, signal);
}

/** Ends what is under way, if anything ever was. */
export async function endApp(): Promise<void> {
  const [app] = await Promise.allSettled([made]);
  if (app.status === 'fulfilled') await app.value?.end();
}

async function makeApp(): Promise<InventoryApp> {
  if (appSettings instanceof Error) throw appSettings;
  const { createInventoryApp } = await import('./inventory-app.ts');
  return createInventoryApp(appSettings, process.env);
}
