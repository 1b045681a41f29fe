import type { Twin } from '../twin-port.ts';
import type { TwinRoutes } from '../twin-routes.ts';
import { judge } from './judge.ts';
import { decideRelayEnd } from './relay-ends.ts';
import { decideRoute, nodeInformation } from './routes.ts';

/** The codec that was written from the text alone. */
export const twin: Twin = { judge };

/** The route decision, likewise. */
export const twinRoutes: TwinRoutes = { decideRoute, decideRelayEnd, nodeInformation };

export type { Cbor, CborEntry, CborMap } from './cbor.ts';
export * as cbor from './cbor.ts';
export { decodeCbor, EncodingError } from './cbor-decode.ts';
export { encodeCbor } from './cbor-encode.ts';
export {
  checksumsAreRight,
  internetChecksum,
  ipv4HeaderChecksum,
  transportChecksum,
  withChecksums,
} from './checksum.ts';
export type { DataLayer } from './data.ts';
export { dataPacket } from './data.ts';
export { diagnostic } from './diagnostic.ts';
export type { DnsDecision, DnsRefusal } from './dns-answer.ts';
export { answerDns } from './dns-answer.ts';
export { dnsFaults, formatErrorFaults } from './dns-fits.ts';
export type { DnsMessage, DnsName, DnsRecord } from './dns-message.ts';
export { readDnsMessage } from './dns-message.ts';
export type { DnsSituation, DnsWorld, Published } from './dns-zone.ts';
export { hkdf, hkdfExpand, hkdfExtract } from './hash.ts';
export type { Header } from './header.ts';
export { buildHeader, parseHeader } from './header.ts';
export type { Kind, TrafficKeys } from './keys.ts';
export { isUsable, keyId, prologue, psk, suiteOf, trafficKeys } from './keys.ts';
export type { Message1, Message2, Opening } from './noise.ts';
export { finish, message1, message2, readMessage1 } from './noise.ts';
export { isFresh, replayNaive } from './replay.ts';
export { decideRoute, nodeInformation } from './routes.ts';
export type { Accepted, BodyRefusal } from './schema.ts';
export { checkBody, checkNtmRecord } from './schema.ts';
export type {
  SequenceChannel,
  SequenceDatagram,
  SequenceEnd,
  SequenceFault,
  SequenceFinding,
  SequenceHeader,
} from './sequence.ts';
export { readSequence } from './sequence.ts';
export { nonce, openSuite, sealSuite } from './suite.ts';
export { publicKey, secretKey, x25519 } from './x25519.ts';
