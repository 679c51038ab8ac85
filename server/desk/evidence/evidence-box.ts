// Encrypts each letter under its own key, so that a key rotation never rewrites evidence.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { letterLimits } from '#server/core/letters/letter.ts'

export const evidenceKeyPurpose = 'abuse.evidence-key'
const IV_BYTES = 12
const TAG_BYTES = 16

/** The stored bytes do not decrypt, or differ from those that were handed in. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
}

export interface ClosedEvidence {
  readonly sha256: Buffer
  readonly body: Buffer
  readonly keySealed: string
}

export function closeEvidence(keyring: Keyring, source: Uint8Array): ClosedEvidence {
  const key = randomBytes(32)
  const iv = randomBytes(IV_BYTES)
  const sha256 = createHash('sha256').update(source).digest()
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(sha256)
  const body = Buffer.concat([
    iv,
    cipher.update(deflateRawSync(source)),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  const keySealed = keyring.seal(evidenceKeyPurpose, key.toString('base64url'))
  return { sha256, body, keySealed }
}

// Security: Evidence is shown only if its hash still fits the letter that was handed in.
/** @throws EvidenceError, SealError */
export function openEvidence(keyring: Keyring, closed: ClosedEvidence): Buffer {
  const { sha256, body, keySealed } = closed
  const key = Buffer.from(keyring.open(evidenceKeyPurpose, keySealed), 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(sha256)
  decipher.setAuthTag(body.subarray(-TAG_BYTES))
  try {
    const packed = Buffer.concat([
      decipher.update(body.subarray(IV_BYTES, -TAG_BYTES)),
      decipher.final(),
    ])
    const source = inflateRawSync(packed, { maxOutputLength: letterLimits.takenBytes * 2 })
    if (!createHash('sha256').update(source).digest().equals(sha256))
      throw new Error('another letter')
    return source
  } catch (cause) {
    throw new EvidenceError('evidence does not open', { cause })
  }
}
