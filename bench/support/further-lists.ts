import type { ArmClient } from '../../lib/azure/resource-manager/client/arm-client.ts';

/** Beside the list of permissions, which each subscription is asked for once. */
const beside = /\/providers\/Microsoft\.Authorization\/permissions$/;

/** A client that makes so many more lists of one page each in every subscription: for kinds that the collector does not read yet. */
export function withFurtherLists(arm: ArmClient, count: number): ArmClient {
  return {
    ...arm,
    pages(path, request) {
      const list = arm.pages(path, request);
      if (!beside.test(path)) return list;
      const further = Array.from({ length: count }, (_, number) =>
        arm.pages(path.replace(beside, `/providers/Microsoft.Further/list${number}`), request).next(),
      );
      const all = Promise.all(further);
      const next = async () => {
        const page = await list.next();
        await all;
        return page;
      };
      return { ...list, next, [Symbol.asyncIterator]: () => ({ ...list, next, [Symbol.asyncIterator]: () => list }) };
    },
  };
}
