/** Ed25519 signatures of bundles. [RFC 8032] */
import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { Mistake } from '../command/mistake.ts';

/** A private key as PEM (PKCS #8). @param file what to call it. @throws Mistake */
export function readSigningKey(pem: string, file: string): KeyObject {
  return ed25519(
    () => createPrivateKey(pem),
    `${file} is no Ed25519 private key in PEM: "openssl genpkey -algorithm ed25519 -out ${file}" makes one.`,
  );
}

/** A public key as PEM (SPKI). @throws Mistake */
export function readPublicKey(pem: string, file: string): KeyObject {
  return ed25519(
    () => createPublicKey(pem),
    `${file} is no Ed25519 public key in PEM: "openssl pkey -in KEYFILE -pubout" writes that of a private key.`,
  );
}

function ed25519(make: () => KeyObject, otherwise: string): KeyObject {
  try {
    const key = make();
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw new Mistake(otherwise);
}

export function publicKeyOf(key: KeyObject): KeyObject {
  return createPublicKey(key);
}

export function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** Names a public key: SHA-256 of it as SPKI in DER, as hex. */
export function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex');
}

/** @returns a line of Base64. */
export function signatureOf(bytes: Uint8Array, key: KeyObject): string {
  return `${sign(null, bytes, key).toString('base64')}\n`;
}

/** Takes a signature in the one form that {@link signatureOf} writes. */
export function isSignature(text: string, bytes: Uint8Array, publicKey: KeyObject): boolean {
  const signature = Buffer.from(text, 'base64');
  return `${signature.toString('base64')}\n` === text && verify(null, bytes, publicKey, signature);
}
