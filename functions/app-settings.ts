import { InvalidSettingError } from '../lib/errors.ts';
import { readSettings, type Settings } from '../lib/settings.ts';

/** The settings as the app started with them, or the one line that says what is wrong with them. */
export const appSettings: Settings | InvalidSettingError = readOnce();

function readOnce(): Settings | InvalidSettingError {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof InvalidSettingError) return error;
    throw error;
  }
}
