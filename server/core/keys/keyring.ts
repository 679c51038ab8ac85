// Hides values from the database: digests find them, seals keep them.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

/** The value was changed, has another purpose, or its key is no longer listed. */
export class SealError extends Error {
  override readonly name = 'SealError'
}

/** A `purpose` is a constant (`claims.phone`), never data: its key stays in memory. */
export interface Keyring {
  /** HMAC-SHA-256 (32 bytes) under the newest key. */
  digest(purpose: string, value: string): Buffer
  /** Under every listed key, newest first: finds rows from before a rotation. */
  digests(purpose: string, value: string): Buffer[]
  /** @returns null if the key is not listed */
  digestUnder(keyId: string, purpose: string, value: string): Buffer | null
  /** AES-256-GCM under the newest key, as ASCII `v1.<key id>.<base64url>`. */
  seal(purpose: string, plaintext: string): string
  open(purpose: string, sealed: string): string
  readonly newestKeyId: string
  readonly newestSealPrefix: string
  /** Newest first. */
  readonly keyIds: readonly string[]
  keyIdOf(sealed: string): string
}

const FORMAT = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16
const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})$/

/** @param secretKeys random strings, newest first, at least one */
export function createKeyring(secretKeys: readonly string[]): Keyring {
  const rings = secretKeys.map(deriveRing)
  const newest = rings[0]
  if (newest === undefined) throw new Error('a keyring needs at least one secret key')
  const byId = new Map(rings.map((ring) => [ring.id, ring]))
  if (byId.size !== rings.length) throw new Error('a secret key is listed twice')

  function parts(sealed: string): { keyId: string; box: Buffer } {
    const [, keyId, text] = SEALED.exec(sealed) ?? []
    if (keyId === undefined || text === undefined) throw new SealError('not a sealed value')
    const box = Buffer.from(text, 'base64url')
    // Security: A sealed text has one spelling, and no other opens.
    if (box.toString('base64url') !== text) throw new SealError('not a sealed value')
    return { keyId, box }
  }

  return {
    newestKeyId: newest.id,
    newestSealPrefix: `${FORMAT}.${newest.id}.`,
    keyIds: rings.map((ring) => ring.id),
    digest: (purpose, value) => newest.digest(purpose, value),
    digests: (purpose, value) => rings.map((ring) => ring.digest(purpose, value)),
    digestUnder: (keyId, purpose, value) => byId.get(keyId)?.digest(purpose, value) ?? null,
    seal(purpose, plaintext) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', newest.key('seal', purpose), iv, {
        authTagLength: TAG_BYTES,
      })
      cipher.setAAD(aad(newest.id, purpose))
      const body = Buffer.concat([
        iv,
        cipher.update(plaintext, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return `${FORMAT}.${newest.id}.${body.toString('base64url')}`
    },
    open(purpose, sealed) {
      const { keyId, box } = parts(sealed)
      const ring = byId.get(keyId)
      if (ring === undefined) throw new SealError('sealed under a key that is not listed')
      const iv = box.subarray(0, IV_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', ring.key('seal', purpose), iv, {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(aad(keyId, purpose))
      decipher.setAuthTag(box.subarray(-TAG_BYTES))
      try {
        const start = decipher.update(box.subarray(IV_BYTES, -TAG_BYTES))
        return Buffer.concat([start, decipher.final()]).toString('utf8')
      } catch {
        throw new SealError('does not open under its key and purpose')
      }
    },
    keyIdOf: (sealed) => parts(sealed).keyId,
  }
}

function deriveRing(secret: string) {
  // Node computes a digest six times faster with a key object than with bytes.
  const keys = new Map<string, KeyObject>()
  // Security: What was made for one purpose is worthless for any other.
  // Each use and purpose has its own key (RFC 5869).
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', secret, '', info, 32))
  function key(use: 'digest' | 'seal', purpose: string): KeyObject {
    const info = `postern:${FORMAT}:${use}:${purpose}`
    const known = keys.get(info)
    if (known) return known
    const derived = createSecretKey(derive(info))
    keys.set(info, derived)
    return derived
  }
  return {
    id: derive(`postern:${FORMAT}:id:`).subarray(0, 4).toString('hex'),
    key,
    digest: (purpose: string, value: string) =>
      createHmac('sha256', key('digest', purpose)).update(value, 'utf8').digest(),
  }
}

function aad(keyId: string, purpose: string): Buffer {
  return Buffer.from(`${FORMAT}.${keyId}.${purpose}`, 'utf8')
}
