import { vi } from 'vitest';

const limits = { timeout: 280_000, interval: 100 };

/** Reads a value until it is as wanted. For concurrent tests, where `expect.poll` does not know its test. */
export function until<Value>(read: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> {
  return vi.waitFor(async () => {
    const value = await read();
    if (!wanted(value)) throw new Error(`Still ${JSON.stringify(value)}`);
    return value;
  }, limits);
}
