/** Faults of a DC's DNS: what it publishes, and when. */

import type { Served } from '../../reference/dns/zone/answer.ts';
import { labelsOf } from '../../reference/dns/zone/names.ts';
import { addressRecord } from '../../reference/dns/zone/records.ts';
import type { ZoneRecord } from '../../reference/dns/zone/zone.ts';
import { Zone } from '../../reference/dns/zone/zone.ts';
import { Names } from '../../reference/roles/dc/names/names.ts';
import { Serial } from '../../reference/roles/dc/names/serial.ts';
import type { Registered } from '../../reference/roles/dc/parts.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

/** The zone that a name is in. */
function zoneFor(names: object, name: string): Zone | undefined {
  const labels = labelsOf(name);
  return [...field<Map<string, Zone>>(names, 'zones').values()].find((zone) => zone.holds(labels));
}

export const DNS_ZONE: readonly Saboteur[] = [
  {
    name: 'dns-keeps-nodes',
    title: 'leaves the record of a node that is gone where it is',
    clause: 'DC-08',
    caughtBy: 'dns.node.withdrawn',
    patch: () =>
      replace(Names.prototype, 'set', (original) => (self, name, node) => {
        const known = zoneFor(self, name as string)?.at(labelsOf(name as string), 0) ?? [];
        if (node !== undefined || known.length === 0) original(self, name, node);
      }),
  },
  {
    name: 'dns-full',
    title: 'publishes whole records whatever its policy',
    clause: 'DNS-21',
    caughtBy: 'dns.node.published',
    patch: () =>
      replace(Names.prototype, 'set', (original) => (self, name, node) => {
        const policy = field<object>(self, 'policy');
        setField(self, 'policy', { ...policy, policy: 'full' });
        original(self, name, node);
      }),
  },
  {
    name: 'dns-virtual-addresses',
    title: 'answers A and AAAA with virtual addresses',
    clause: 'DNS-22',
    caughtBy: 'dns.node.no-address',
    patch: () =>
      replace(Names.prototype, 'set', (original) => (self, name, node) => {
        original(self, name, node);
        const registered = node as Registered | undefined;
        const zone = zoneFor(self, name as string);
        if (registered === undefined || zone === undefined) return;
        const virtual = registered.virtualAddresses.map((ip) => addressRecord(ip, 60));
        zone.set(name as string, [...zone.at(labelsOf(name as string), 0), ...virtual]);
      }),
  },
  {
    name: 'dns-provisioned-with-node',
    title: 'answers provisioned addresses while the node is registered only',
    clause: 'DNS-22',
    caughtBy: 'dns.node.provisioned',
    patch: () =>
      replace(Names.prototype, 'set', (original) => (self, name, node) => {
        if (node !== undefined || `${name}`.startsWith('ns.')) original(self, name, node);
        else zoneFor(self, name as string)?.set(name as string, []);
      }),
  },
  {
    name: 'dns-forgets-nodes',
    title: 'begins with a zone without nodes after a restart',
    clause: 'DC-08',
    caughtBy: 'dns.node.restart',
    patch: () =>
      replace(Names.prototype, 'start', (original) => (self, ...rest) => {
        field<Set<unknown>>(self, 'touched').clear();
        original(self, ...rest);
      }),
  },
  {
    name: 'dns-one-family',
    title: 'names only its first endpoint at the apex',
    clause: 'DNS-20',
    caughtBy: 'dns.apex.dc',
    patch: () =>
      replace(
        Names.prototype,
        'start',
        (original) =>
          (self, locals, ...rest) =>
            original(self, (locals as readonly unknown[]).slice(0, 1), ...rest),
      ),
  },
  {
    name: 'dns-ttl-fixed',
    title: 'gives every record its whole TTL, however short the rest of a registration is',
    clause: 'DNS-24',
    caughtBy: 'dns.node.ttl',
    patch: () =>
      replace(
        Zone.prototype,
        'at',
        (original) =>
          (self, ...rest) =>
            (original(self, ...rest) as readonly ZoneRecord[]).map(({ until: _, ...record }) => record),
      ),
  },
  {
    name: 'dns-negative-long',
    title: 'lets it be kept for 300 s that a name is missing',
    clause: 'DNS-24',
    caughtBy: 'dns.name.missing',
    patch: () =>
      replace(
        Names.prototype,
        'served',
        (original) => (self) =>
          (original(self) as Served[]).map(({ zone, soa }) => {
            const { data, ...record } = soa();
            const longer = data.slice();
            new DataView(longer.buffer).setUint32(longer.length - 4, 300);
            return { zone, soa: () => ({ ...record, data: longer, ttl: 300 }) };
          }),
      ),
  },
  {
    name: 'dns-serial-stays',
    title: 'leaves the serial as it is when something changes',
    clause: 'DNS-23',
    caughtBy: 'dns.apex.serial',
    patch: () => replace(Serial.prototype, 'next', () => () => undefined),
  },
  {
    name: 'dns-nothing-below',
    title: 'says NXDOMAIN of a name that has some below it',
    clause: 'DNS-23',
    caughtBy: 'dns.name.below',
    patch: () => replace(Zone.prototype, 'hasBelow', () => () => false),
  },
  {
    name: 'dns-first-marker',
    title: 'has nothing at names with another marker before that of its zone',
    clause: 'DNS-18',
    caughtBy: 'dns.name.marker',
    patch: () =>
      replace(
        Zone.prototype,
        'holds',
        (original) =>
          (self, name, ...rest) =>
            (name as readonly string[]).filter((label) => label === 'ntmobile').length < 2 &&
            original(self, name, ...rest),
      ),
  },
  {
    name: 'dns-update-forgets',
    title: 'tells another server what is new, and nothing of what it left there before its restart',
    clause: 'DNS-26',
    caughtBy: 'dns.update.kept',
    patch: () => replace(Names.prototype, 'reconcile', () => () => undefined),
  },
];
