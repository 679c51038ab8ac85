import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { fromBER } from 'asn1js'
import { ContentInfo, SignedData } from 'pkijs'
import { createProfileSigner } from '#server/mail/mail-programs/apple-signature.ts'
import { readSettings } from '#server/settings.ts'
import { selfSigned } from '#test/support/mail-programs/self-signed.ts'

// Longer than 1024 octets, the length from which some writers cut the content into pieces.
const profile = `<?xml version="1.0"?>\n${'<!-- пошта -->\n'.repeat(200)}`

describe('a signed Apple profile', () => {
  let pairs: Record<'rsa' | 'ec', Awaited<ReturnType<typeof selfSigned>>>
  before(async () => {
    pairs = { rsa: await selfSigned('rsa'), ec: await selfSigned('ec') }
  })

  for (const kind of ['rsa', 'ec'] as const) {
    it(`an Apple profile signed by ${kind} holds a valid signature`, async () => {
      const sign = createProfileSigner(pairs[kind].certificatePem, pairs[kind].keyPem)
      const signed = await sign(profile)
      const data = new SignedData({
        schema: new ContentInfo({ schema: fromBER(signed).result }).content,
      })
      const trustedCerts = (data.certificates ?? []) as never[]
      assert.equal(trustedCerts.length, 1)
      assert.equal(await data.verify({ signer: 0, checkChain: true, trustedCerts }), true)
      assert.equal(
        Buffer.from(data.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(0)).toString(),
        profile,
      )
    })

    it(`OpenSSL accepts an Apple profile signed by ${kind}, and no changed one`, async (t) => {
      if (spawnSync('openssl', ['version']).status !== 0)
        return t.diagnostic('OpenSSL is not here: only pkijs looked')
      const sign = createProfileSigner(pairs[kind].certificatePem, pairs[kind].keyPem)
      const signed = await sign(profile)
      const folder = mkdtempSync(join(tmpdir(), 'postern-'))
      try {
        writeFileSync(join(folder, 'ca.pem'), pairs[kind].certificatePem)
        const verify = (der: Buffer) => {
          const options = ['cms', '-verify', '-inform', 'der', '-binary', '-purpose', 'any']
          return spawnSync('openssl', [...options, '-CAfile', join(folder, 'ca.pem')], {
            input: der,
          })
        }
        const good = verify(signed)
        assert.equal(good.status, 0, good.stderr.toString())
        assert.equal(good.stdout.toString(), profile)
        const changed = Buffer.from(signed)
        changed[changed.indexOf('xml')] = 0x58
        assert.notEqual(verify(changed).status, 0)
        // DER: definite lengths and one piece of content
        const dump = spawnSync('openssl', ['asn1parse', '-inform', 'der'], {
          input: signed,
        }).stdout.toString()
        assert.equal(/l=inf|cons: OCTET STRING/.test(dump), false)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }

  it('an Apple profile signed with RSA has the same bytes each time', async () => {
    const sign = createProfileSigner(pairs.rsa.certificatePem, pairs.rsa.keyPem)
    assert.deepEqual(await sign(profile), await sign(profile))
  })

  it('an Apple profile cannot be signed with a foreign key or without a certificate', async () => {
    const foreign = await selfSigned('rsa')
    assert.throws(() => createProfileSigner(pairs.rsa.certificatePem, foreign.keyPem), /mismatch/)
    assert.throws(() => createProfileSigner('nothing', pairs.rsa.keyPem), /certificate/)
    assert.throws(() => createProfileSigner(pairs.rsa.certificatePem, 'nothing'), /key/)
  })

  it('settings that cannot sign Apple profiles stop the start with the reason', () => {
    const start = (certificate: string, key: string) => () =>
      readSettings({ PROFILE_CERTIFICATE: certificate, PROFILE_KEY: key })
    assert.doesNotThrow(start(pairs.ec.certificatePem, pairs.ec.keyPem))
    assert.throws(
      start(pairs.ec.certificatePem, pairs.rsa.keyPem),
      /PROFILE_KEY do not sign together: mismatch/,
    )
    assert.throws(
      start('nothing', pairs.rsa.keyPem),
      /PROFILE_KEY do not sign together: certificate/,
    )
    const { privateKey } = generateKeyPairSync('ed25519')
    const ed25519 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    assert.throws(
      start(pairs.rsa.certificatePem, ed25519),
      /PROFILE_KEY do not sign together: algorithm/,
    )
  })
})
