// Signs Apple profiles (CMS SignedData, RFC 5652), so that the device shows them as verified.
import { createHash, createPrivateKey, type KeyObject, type webcrypto, X509Certificate } from 'node:crypto'
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

const DATA = '1.2.840.113549.1.7.1'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'

export type ProfileSigner = (profile: string) => Promise<Buffer>

/**
 * @param certificatePem the signer's certificate first, then its chain
 * @param keyPem its private key, unencrypted: RSA, or EC on P-256, P-384, P-521
 * @throws where they cannot be read or do not belong together
 */
export function createProfileSigner(certificatePem: string, keyPem: string): ProfileSigner {
  const chain = certificatesIn(certificatePem)
  const key = createPrivateKey(keyPem)
  if (chain[0] === undefined) throw new Error('no certificate to sign profiles with')
  if (!chain[0].checkPrivateKey(key))
    throw new Error('the key to sign profiles with does not belong to its certificate')
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
          sid: new IssuerAndSerialNumber({ issuer: signer.issuer, serialNumber: signer.serialNumber }),
          // No signing time: the same profile gets the same bytes (with RSA, whose signatures are deterministic).
          signedAttrs: new SignedAndUnsignedAttributes({
            type: 0,
            attributes: [
              new Attribute({ type: CONTENT_TYPE, values: [new ObjectIdentifier({ value: DATA })] }),
              new Attribute({ type: MESSAGE_DIGEST, values: [new OctetString({ valueHex: digest })] }),
            ],
          }),
        }),
      ],
      certificates,
    })
    // Set here, not in the constructor: that would cut the content into pieces, which is BER and no longer DER.
    signed.encapContentInfo = new EncapsulatedContentInfo({ eContentType: DATA })
    signed.encapContentInfo.eContent = new OctetString({ valueHex: content })
    await signed.sign(privateKey, 0, 'SHA-256')
    const info = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signed.toSchema(true) })
    return Buffer.from(info.toSchema().toBER())
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

function webKey(key: KeyObject): webcrypto.CryptoKey {
  if (key.asymmetricKeyType === 'rsa') {
    return key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
  }
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[
    key.asymmetricKeyDetails?.namedCurve ?? ''
  ]
  if (key.asymmetricKeyType !== 'ec' || curve === undefined)
    throw new Error('profiles are signed with RSA or EC keys only')
  return key.toCryptoKey({ name: 'ECDSA', namedCurve: curve }, false, ['sign'])
}
