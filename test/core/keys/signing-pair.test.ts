import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { assertNever } from '#server/core/assert-never.ts'
import { parseSigningPair, webCurveOf } from '#server/core/keys/signing-pair.ts'
import { selfSigned } from '#test/support/mail-programs/self-signed.ts'

const [own, chained, rsa] = await Promise.all([
  selfSigned('ec'),
  selfSigned('ec'),
  selfSigned('rsa'),
])
const noCertificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
const keyOf = (type: 'ec', namedCurve: string) =>
  generateKeyPairSync(type, { namedCurve }).privateKey
const ed25519 = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

const reasonOf = (certificate: string, key: string) => {
  const parsed = parseSigningPair(certificate, key)
  return parsed.kind === 'refused' ? parsed.reason : 'ok'
}

test('a signing certificate is read with its chain, whatever text stands between', () => {
  const parsed = parseSigningPair(
    `# ours\n${own.certificatePem}# theirs\n${chained.certificatePem}`,
    own.keyPem,
  )
  assert.equal(parsed.kind, 'ok')
  const serial = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '')
  assert.deepEqual(
    parsed.chain.map(({ raw }) => raw.toString('base64')),
    [serial(own.certificatePem), serial(chained.certificatePem)],
  )
  assert.equal(parsed.key.asymmetricKeyType, 'ec')
  assert.equal(parsed.key.type, 'private')
})

test('a signing pair may have an RSA key', () => {
  assert.equal(reasonOf(rsa.certificatePem, rsa.keyPem), 'ok')
})

test('each fault of a certificate or its key has its own reason', () => {
  assert.equal(reasonOf('', own.keyPem), 'certificate')
  assert.equal(reasonOf('nothing', own.keyPem), 'certificate')
  assert.equal(reasonOf(noCertificate, own.keyPem), 'certificate')
  assert.equal(
    reasonOf(own.certificatePem + noCertificate, own.keyPem),
    'certificate',
    'a broken chain',
  )
  assert.equal(reasonOf(own.certificatePem, 'nothing'), 'key')
  assert.equal(reasonOf(own.certificatePem, own.certificatePem), 'key')
  assert.equal(reasonOf(own.certificatePem, ed25519), 'algorithm')
  const bitcoin = keyOf('ec', 'secp256k1').export({ type: 'pkcs8', format: 'pem' }).toString()
  assert.equal(reasonOf(own.certificatePem, bitcoin), 'algorithm')
  assert.equal(reasonOf(own.certificatePem, chained.keyPem), 'mismatch')
})

test('three elliptic curves have a name in the Web Cryptography API', () => {
  assert.equal(webCurveOf(keyOf('ec', 'P-256')), 'P-256')
  assert.equal(webCurveOf(keyOf('ec', 'P-384')), 'P-384')
  assert.equal(webCurveOf(keyOf('ec', 'P-521')), 'P-521')
  assert.equal(webCurveOf(keyOf('ec', 'secp256k1')), undefined)
  assert.equal(webCurveOf(generateKeyPairSync('ed25519').privateKey), undefined)
})

test('an unhandled kind is a fault that names the kind', () => {
  assert.throws(() => assertNever({ kind: 'new' } as never), /unhandled: \{"kind":"new"\}/)
})
