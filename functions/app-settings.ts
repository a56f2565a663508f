import { InvalidSettingError } from '../lib/errors.ts';
import { readSettings, type Settings } from '../lib/settings.ts';

/** The settings at the app's start, or the error that names the wrong one. */
export const appSettings: Settings | InvalidSettingError = readOnce();

function readOnce(): Settings | InvalidSettingError {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof InvalidSettingError) return error;
    throw error;
  }
}
