import type { ArmClient } from '../../lib/azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../../lib/azure/resource-manager/client/errors.ts';

const refuse = async (): Promise<never> => {
  throw new ArmError(404, { code: 'ResourceNotFound', message: 'gone', hint: null }, null);
};

/** An Azure in which nothing is there any more. */
export const absentArm: ArmClient = {
  origin: 'https://localhost',
  get: refuse,
  pages: () => ({ read: refuse }),
  forSdk: () => {
    throw new Error('not asked for');
  },
};
