/** Names as a server sees them: any bytes may be in a label. [DNS-23] */

/** A name, or part of one: its labels in lower case, one character a byte, the first one first. */
export type Labels = readonly string[];

/** One text for each name, to look it up by; a dot within a label is no dot between two. */
export function keyOf(labels: Labels): string {
  return labels.map((label) => label.replaceAll(/[\\.]/g, '\\$&')).join('.');
}

/** The labels of a name as bodies and configurations have it. [GEN-42] */
export function labelsOf(name: string): Labels {
  return name.split('.');
}

/** Lower case of ASCII alone. (RFC 4343) */
export function lower(label: string): string {
  return label.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A name on the wire, without compression. */
export function encodeName(name: string): Uint8Array {
  const labels = labelsOf(name).map((label) => Uint8Array.from(label, (letter) => letter.charCodeAt(0)));
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0]);
}
