/** Takes what comes at a device as it would be taken without it: `pass.ts DEVICE`. Only so a veth hears a driver's answers. */
import process from 'node:process';
import { Assembler, assemble } from '../../../../reference/bpf/assembler.ts';
import { XDP_PASS } from '../../../../reference/bpf/kernel.ts';
import { Bpf } from '../../../../reference/drivers/kernel/bpf.ts';
import { ethernetDevices } from '../../../../reference/drivers/kernel/interfaces.ts';

const { found: bpf, missing } = Bpf.find();
if (bpf === undefined) throw new Error(missing);
const a = new Assembler();
a.mov(0, XDP_PASS);
a.exit();
const program = bpf.load('ntm_pass', assemble(a.lines, {}), 'driver');
const device = ethernetDevices().find(({ name }) => name === process.argv[2]);
bpf.attach(program, device?.ifindex ?? 0, 'driver');
console.log('ready');
process.stdin.resume();
