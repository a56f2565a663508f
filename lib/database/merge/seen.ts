/** Which machines this merge has seen, and in which order: four bytes a machine. */
export interface Seen {
  mark(machine: number): void;
  /** 0 = not seen; a later reading has a higher number. */
  order(machine: number): number;
}

export function createSeen(): Seen {
  let orders = new Uint32Array(1024);
  let next = 1;
  return {
    mark(machine) {
      if (machine >= orders.length) {
        const larger = new Uint32Array(Math.max(orders.length * 2, machine + 1));
        larger.set(orders);
        orders = larger;
      }
      orders[machine] = next++;
    },
    order: (machine) => orders[machine] ?? 0,
  };
}
