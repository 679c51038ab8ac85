import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hashSha512Crypt, sha512Crypt } from '#server/accounts/password/sha512-crypt.ts'

describe('verifiers for platforms that take no argon2id', () => {
  it('a SHA-512 verifier is the one that crypt(3) makes', async () => {
    // From Drepper's paper, and from `openssl passwd -6`. 64 bytes is where other packages err.
    const known = [
      [
        'Hello world!',
        'saltstringsaltst',
        10_000,
        'OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
      ],
      [
        'x'.repeat(64),
        'saltstring',
        1000,
        'xGXl7uexPsVIxPLg8Z17ZyOSy4gaC5.ZSRC09wWA/T7m950.J69IUGk3Ond7lqyZnuFHbIQzpYFo8.xf/LnND0',
      ],
    ] as const
    for (const [password, salt, rounds, expected] of known) {
      assert.equal(
        await sha512Crypt(password, salt, rounds),
        `$6$rounds=${rounds}$${salt}$${expected}`,
      )
    }
  })

  it('a SHA-512 verifier has a new salt, and the most rounds Google takes', async () => {
    const [one, two] = await Promise.all([
      hashSha512Crypt('same password'),
      hashSha512Crypt('same password'),
    ])
    assert.match(one, /^\$6\$rounds=10000\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/)
    assert.notEqual(one, two)
  })

  it('a SHA-512 verifier is the same for composed and decomposed letters', async () => {
    const [whole, parts] = ['\u0439\u00fc', '\u0438\u0306u\u0308']
    const verifier = await hashSha512Crypt(parts, 1000)
    const salt = verifier.split('$')[3] ?? ''
    assert.equal(verifier, await sha512Crypt(whole, salt, 1000))
  })
})
