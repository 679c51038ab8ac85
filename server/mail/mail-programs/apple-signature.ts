// Signs Apple profiles (CMS SignedData, RFC 5652), so that devices show them as verified.
import { createHash, type KeyObject, type webcrypto } from 'node:crypto'
import { fromBER, ObjectIdentifier, OctetString } from 'asn1js'
import {
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs'
import { parseSigningPair, webCurveOf } from '#server/core/keys/signing-pair.ts'

const DATA = '1.2.840.113549.1.7.1'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'

export type ProfileSigner = (profile: string) => Promise<Buffer>

/** @throws Error if certificate and key do not match */
export function createProfileSigner(certificatePem: string, keyPem: string): ProfileSigner {
  const pair = parseSigningPair(certificatePem, keyPem)
  if (pair.kind === 'refused') throw new Error(`profiles cannot be signed: ${pair.reason}`)
  const { chain, key } = pair
  const privateKey = webKey(key)
  const certificates = chain.map((one) => new Certificate({ schema: fromBER(one.raw).result }))
  const signer = certificates[0] as Certificate

  return async function signProfile(profile) {
    const content = Buffer.from(profile)
    const digest = createHash('sha256').update(content).digest()
    const signed = new SignedData({
      version: 1,
      signerInfos: [
        new SignerInfo({
          version: 1,
          sid: new IssuerAndSerialNumber({
            issuer: signer.issuer,
            serialNumber: signer.serialNumber,
          }),
          // No signing time: RSA then gives the same bytes for the same profile.
          signedAttrs: new SignedAndUnsignedAttributes({
            type: 0,
            attributes: [
              new Attribute({
                type: CONTENT_TYPE,
                values: [new ObjectIdentifier({ value: DATA })],
              }),
              new Attribute({
                type: MESSAGE_DIGEST,
                values: [new OctetString({ valueHex: digest })],
              }),
            ],
          }),
        }),
      ],
      certificates,
    })
    // The constructor would cut the content into pieces, which is not DER.
    signed.encapContentInfo = new EncapsulatedContentInfo({ eContentType: DATA })
    signed.encapContentInfo.eContent = new OctetString({ valueHex: content })
    await signed.sign(privateKey, 0, 'SHA-256')
    const info = new ContentInfo({
      contentType: ContentInfo.SIGNED_DATA,
      content: signed.toSchema(true),
    })
    return Buffer.from(info.toSchema().toBER())
  }
}

function webKey(key: KeyObject): webcrypto.CryptoKey {
  const curve = webCurveOf(key)
  const algorithm = curve
    ? { name: 'ECDSA', namedCurve: curve }
    : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return key.toCryptoKey(algorithm, false, ['sign'])
}
