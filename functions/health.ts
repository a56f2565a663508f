import type { HttpRequest } from '@azure/functions';
import { InvalidSettingError } from '../lib/errors.ts';
import { getHealth, healthOfInvalidSettings } from '../lib/http/handlers/health.ts';
import { httpContext } from './composition.ts';
import { anonymousHttpFunction } from './http.ts';
import { version } from './version.ts';

anonymousHttpFunction('health', 'GET', 'health', async (request: HttpRequest, invocation) => {
  try {
    return await getHealth(request, request.params, await httpContext(invocation));
  } catch (error) {
    if (error instanceof InvalidSettingError) return healthOfInvalidSettings(error, version);
    throw error;
  }
});
