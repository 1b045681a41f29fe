import type { Endpoint } from '../address.ts';
import { family, formatEndpoint } from '../address.ts';

/** Why an endpoint cannot be bound, in one line that a person can act on. */
export function bindFault(local: Endpoint, error: NodeJS.ErrnoException): string {
  const text = formatEndpoint(local);
  switch (error.code) {
    case 'EADDRINUSE':
      return `${text} is in use by another program: stop that one or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${local.ip} is not an address of this machine: choose one that is`;
    case 'EACCES':
      return `${text} may not be bound by this user: choose a port of 1024 or above`;
    case 'EAFNOSUPPORT':
      return `${text} cannot be bound: this machine has no IPv${family(local.ip)}`;
    default:
      return `${text} cannot be bound: ${error.message}`;
  }
}
