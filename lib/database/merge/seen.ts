/** Which rows (by number) this merge has read, and in which order. Four bytes per row. */
export type Seen = ReturnType<typeof createSeen>;

export function createSeen() {
  let orders = new Uint32Array(1024);
  let next = 1;
  const order = (row: number): number => orders[row] ?? 0;
  return {
    /** A row that is added again counts as read later. */
    add(row: number): void {
      if (row >= orders.length) {
        const larger = new Uint32Array(Math.max(orders.length * 2, row + 1));
        larger.set(orders);
        orders = larger;
      }
      orders[row] = next++;
    },
    has: (row: number): boolean => order(row) > 0,
    /** 0 = not read; a later reading has a higher number. */
    order,
  };
}
