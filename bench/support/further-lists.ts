import type { ArmClient } from '../../lib/azure/resource-manager/client/arm-client.ts';

/** The list of permissions, which is read once per subscription. */
const permissions = /\/providers\/Microsoft\.Authorization\/permissions$/;

/** A client that reads `count` more one-page lists per subscription, for kinds that the collector lacks. */
export function withFurtherLists(arm: ArmClient, count: number): ArmClient {
  return {
    ...arm,
    pages(path, request) {
      const list = arm.pages(path, request);
      if (!permissions.test(path)) return list;
      const further = Array.from({ length: count }, (_, number) =>
        arm.pages(path.replace(permissions, `/providers/Microsoft.Further/list${number}`), request),
      );
      return {
        async read(take) {
          await Promise.all([list.read(take), ...further.map((one) => one.read(() => 'stop'))]);
        },
      };
    },
  };
}
