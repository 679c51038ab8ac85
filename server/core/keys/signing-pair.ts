import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

export type ParsedSigningPair =
  | {
      readonly kind: 'ok'
      readonly chain: readonly [X509Certificate, ...X509Certificate[]]
      readonly key: KeyObject
    }
  | { readonly kind: 'refused'; readonly reason: 'certificate' | 'key' | 'algorithm' | 'mismatch' }

/** @param certificatePem the signer's first, then the chain @param keyPem unencrypted */
export function parseSigningPair(certificatePem: string, keyPem: string): ParsedSigningPair {
  const blocks =
    certificatePem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const [first, ...rest] = blocks.map((block) => attempt(() => new X509Certificate(block)))
  if (!first || rest.includes(null)) return { kind: 'refused', reason: 'certificate' }
  const key = attempt(() => createPrivateKey(keyPem))
  if (!key) return { kind: 'refused', reason: 'key' }
  if (key.asymmetricKeyType !== 'rsa' && webCurveOf(key) === undefined)
    return { kind: 'refused', reason: 'algorithm' }
  if (!first.checkPrivateKey(key)) return { kind: 'refused', reason: 'mismatch' }
  return { kind: 'ok', chain: [first, ...rest.filter((one) => one !== null)], key }
}

export function webCurveOf(key: KeyObject): 'P-256' | 'P-384' | 'P-521' | undefined {
  const curves = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' } as const
  const name = key.asymmetricKeyDetails?.namedCurve ?? ''
  return key.asymmetricKeyType === 'ec' && Object.hasOwn(curves, name)
    ? curves[name as keyof typeof curves]
    : undefined
}

function attempt<T>(make: () => T): T | null {
  try {
    return make()
  } catch {
    return null
  }
}
