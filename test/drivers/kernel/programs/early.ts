/**
 * The driver's half of a relay and nothing behind it: `early.ts DEVICE PACKETS_PER_SECOND ENDPOINT...`, 0 for no rate.
 * Takes paths, a line of JSON, and says packets, bytes and refusals of both ends of all that it has; or a packet, as a
 * string of hex, and says what is done with it.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../../../reference/address.ts';
import { parseEndpoint } from '../../../../reference/address.ts';
import { assemble } from '../../../../reference/bpf/assembler.ts';
import { earlyProgram } from '../../../../reference/bpf/early.ts';
import {
  decodeElement,
  encodeElement,
  freshEnd,
  KEY_SIZE,
  PATHS,
  VALUE_SIZE,
} from '../../../../reference/bpf/table.ts';
import { fromHex, toHex } from '../../../../reference/bytes.ts';
import { Bpf } from '../../../../reference/drivers/kernel/bpf.ts';
import { ethernetDevices } from '../../../../reference/drivers/kernel/interfaces.ts';

const [device, packetsPerSecond, ...listen] = process.argv.slice(2);
const rates = { packetsPerSecond: Number(packetsPerSecond) || undefined };
const { found: bpf, missing } = Bpf.find();
if (bpf === undefined) throw new Error(missing);
const map = bpf.createHash('ntm_paths', KEY_SIZE, VALUE_SIZE, 10);
const code = assemble(earlyProgram({ own: listen.map(at), rates }), { [PATHS]: map });
const program = bpf.load('ntm_early', code, 'driver');
const ifindex = ethernetDevices().find(({ name }) => name === device)?.ifindex ?? 0;
bpf.attach(program, ifindex, 'driver');
console.log('ready');

const paths: string[] = [];
for await (const line of createInterface(process.stdin)) {
  const told = JSON.parse(line) as string | [string, string, string][];
  if (typeof told === 'string') {
    const { verdict, packet } = bpf.test(program, fromHex(told), ifindex);
    console.log(JSON.stringify({ verdict, packet: toHex(packet) }));
    continue;
  }
  for (const [pathId, first, second] of told) {
    const ends = [freshEnd(at(first), false), freshEnd(at(second), false)] as const;
    bpf.update(map, fromHex(pathId), encodeElement({ ends, packetCredit: 0n, byteCredit: 0n }));
    paths.push(pathId);
  }
  const elements = paths.map((pathId) => bpf.lookUp(map, fromHex(pathId), VALUE_SIZE) ?? new Uint8Array());
  const counted = elements.map((element) =>
    decodeElement(element).ends.map(({ packets, bytes, refused }) => [packets, bytes, refused].map(Number)),
  );
  console.log(JSON.stringify(counted));
}

function at(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`${text} is no endpoint`);
  return endpoint;
}
