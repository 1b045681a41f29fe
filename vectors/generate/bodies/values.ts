/** Values that many bodies share. */
import { bytes, hex } from './body.ts';

export const NODE = bytes(16, 0xa1);
export const PEER = bytes(16, 0xa2);
export const RELAY = bytes(16, 0xa3);
export const INSTANCE = bytes(8, 0xb1);
export const PATH = bytes(16, 0xc1);
export const OLD_PATH = bytes(16, 0xc2);
export const PATH_SECRET = bytes(32, 0xd1);
export const LEG_A = bytes(16, 0xe1);
export const LEG_B = bytes(16, 0xe2);
export const LEG_SECRET_A = bytes(32, 0xf1);
export const LEG_SECRET_B = bytes(32, 0xf2);

/** 192.0.2.1:5000, 198.51.100.7:4330, [2001:db8::1]:5000. */
export const ENDPOINT4 = hex('c00002011388');
export const OTHER4 = hex('c633640710ea');
export const ENDPOINT6 = hex('20010db80000000000000000000000011388');
/** 198.18.0.5, fd12::5, and a general peer's 203.0.113.7. */
export const VIRTUAL4 = hex('c6120005');
export const VIRTUAL6 = hex('fd120000000000000000000000000005');
export const GENERAL4 = hex('cb007107');

/** ::ffff:192.0.2.1 and the same with port 5000. */
export const MAPPED = hex('00000000000000000000ffffc0000201');
export const MAPPED_ENDPOINT = hex('00000000000000000000ffffc00002011388');

export const eight = <T>(value: T): T[] => Array.from({ length: 8 }, () => value);
export const nine = <T>(value: T): T[] => Array.from({ length: 9 }, () => value);
