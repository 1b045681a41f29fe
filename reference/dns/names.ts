/** Names of NTM nodes and their zones. All are as in bodies: lower case, without a final dot. [GEN-42] */

/** The label that marks them, unless a configuration has another one. [DNS-18] */
export const MARKER = 'ntmobile';

const NAME = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** A name as people and DNS write it, in the form of bodies; undefined if bodies can't have it. [GEN-42] */
export function canonicalName(text: string): string | undefined {
  const name = text.replace(/\.$/, '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return name.length <= 253 && NAME.test(name) ? name : undefined;
}

/**
 * The zone of an NTM FQDN: its last marker label and the labels after it. [DNS-04, DNS-18]
 * @returns undefined if the name is no NTM FQDN.
 */
export function zoneOf(name: string, marker = MARKER): string | undefined {
  const labels = name.split('.');
  const last = labels.lastIndexOf(marker);
  return last > 0 ? labels.slice(last).join('.') : undefined;
}

/** Whether a name can be a zone's apex: the marker is its first label and no other. [DNS-18] */
export function isZone(name: string, marker = MARKER): boolean {
  return name.split('.').lastIndexOf(marker) === 0;
}
