import type { Endpoint, Ip } from '../../reference/address.ts';
import { parseEndpoint, parseIp } from '../../reference/address.ts';
import { MemoryNet } from '../../reference/net/memory/memory.ts';

export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new RangeError(`not an address: ${text}`);
  return parsed;
}

export function at(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new RangeError(`not an endpoint: ${text}`);
  return parsed;
}

export function memoryNet(seed = 'test', queue?: number): MemoryNet {
  return new MemoryNet({ seed, afterPromises: setImmediate, ...(queue === undefined ? {} : { queue }) });
}
