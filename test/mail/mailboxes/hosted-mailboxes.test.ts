// The whole portal with hosted mail platforms.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { verify } from 'argon2'
import { changePassword } from '#server/accounts/password/change-password.ts'
import { sha512Crypt } from '#server/accounts/password/sha512-crypt.ts'
import { underLock } from '#test/support/account-lock.ts'
import { startFakeGoogle } from '#test/support/mail-platform/fake-google.ts'
import type { FakeHttp } from '#test/support/mail-platform/fake-http.ts'
import { startFakeMailcow } from '#test/support/mail-platform/fake-mailcow.ts'
import { startFakeYandex } from '#test/support/mail-platform/fake-yandex-360.ts'
import { startPrism } from '#test/support/openapi/prism.ts'
import { register, signIn } from '#test/support/people.ts'
import { eventually, startTestPortal } from '#test/support/portal.ts'
import { secretOn } from '#test/support/visitor.ts'

const domain = 'postern.example'
const hanna = { login: 'hanna.k', password: 'seven storks over the marsh' }
const address = `${hanna.login}@${domain}`
const next = 'eight storks over the marsh'

interface Hosted extends Pick<FakeHttp, 'accident' | 'stop'> {
  readonly env: Record<string, string>
  /** Whether the platform would let this password in. */
  opens(password: string): Promise<boolean>
  /** The call that changes a password. */
  readonly change: RegExp
}

const platforms: Record<string, () => Promise<Hosted>> = {
  async google() {
    const google = await startFakeGoogle()
    return {
      ...google,
      env: {
        GOOGLE_SERVICE_ACCOUNT: JSON.stringify(google.serviceAccount),
        GOOGLE_ADMINISTRATOR: google.administrator,
        GOOGLE_API_BASE: google.url,
      },
      async opens(password) {
        const held = [...google.users.values()].find(
          (user) => user.primaryEmail === address,
        )?.password
        const [, rounds, salt = ''] = /^\$6\$rounds=(\d+)\$([^$]+)\$/.exec(held ?? '') ?? []
        return held === (await sha512Crypt(password, salt, Number(rounds)))
      },
      change: /^PATCH /,
    }
  },
  async 'yandex-360'() {
    const yandex = await startFakeYandex(domain)
    return {
      ...yandex,
      env: {
        YANDEX_ORG_ID: yandex.orgId,
        YANDEX_TOKEN: yandex.token,
        YANDEX_API_BASE: yandex.url,
        YANDEX_CLOUD_API_BASE: yandex.url,
      },
      opens: async (password) =>
        [...yandex.users.values()].some((user) => user.password === password),
      change: /^PATCH /,
    }
  },
  async mailcow() {
    const mailcow = await startFakeMailcow([domain])
    return {
      ...mailcow,
      env: { MAILCOW_URL: mailcow.url, MAILCOW_API_KEY: mailcow.apiKey },
      async opens(password) {
        const [, verifier] =
          /^\{ARGON2ID\}(\$.+)$/.exec(mailcow.mailboxes.get(address)?.password ?? '') ?? []
        return verifier !== undefined && (await verify(verifier, password))
      },
      change: /edit\/mailbox$/,
    }
  },
}

for (const [name, start] of Object.entries(platforms)) {
  describe(`somebody whose mail lies at ${name}`, () => {
    it('only the newest password opens a mailbox, even if an answer was lost', async () => {
      const hosted = await start()
      const portal = await startTestPortal({ env: { MAIL_PLATFORM: name, ...hosted.env } })
      try {
        const visitor = await register(portal, hanna)
        await eventually(() => hosted.opens(hanna.password))

        hosted.accident(hosted.change, { kind: 'lose-answer' })
        const changed = await visitor.post('/account/password', { password: next })
        assert.equal(changed.status, 303)
        await eventually(() => hosted.opens(next))
        assert.equal(await hosted.opens(hanna.password), false)

        const acknowledged = await eventually(async () => {
          const row = await portal.db('mailboxes').where({ address }).first()
          return row.applied_revision === row.revision && row
        })
        // A plain password is kept no longer than needed.
        assert.equal(acknowledged.password_sealed === null, name === 'yandex-360')
      } finally {
        await portal.stop()
        await hosted.stop()
      }
    })
  })
}

describe('app passwords of somebody whose mail lies at mailcow', () => {
  it('an app password at mailcow waits after a reset and opens mail when it is kept', async () => {
    const mailcow = await startFakeMailcow([domain])
    const prism = await startPrism('mailcow.openapi.json', mailcow.url)
    const env = {
      MAIL_PLATFORM: 'mailcow',
      MAILCOW_URL: prism.url,
      MAILCOW_API_KEY: mailcow.apiKey,
    }
    const portal = await startTestPortal({ env })
    try {
      const visitor = await register(portal, hanna)
      const page = '/account/app-passwords'
      await visitor.post(`${page}/new`, { name: 'Phone', imap: 'on' })
      const secret = secretOn((await visitor.get(`${page}/created`)).html).replaceAll(' ', '')
      const opens = () => mailcow.opensByAppPassword(address, secret, 'imap')
      await eventually(async () => opens())
      assert.equal(mailcow.opensByAppPassword(address, secret, 'smtp'), false)

      const account = await portal.db('accounts').where({ address }).first()
      const password = { plain: next, verifier: await portal.parts.hasher.hash(next) }
      const reset = {
        accountId: account.id,
        password,
        at: portal.clock.now(),
        by: 'recovery',
        voidsLinks: false,
      } as const
      await underLock(portal.db, account.id, (trx) => changePassword(trx, portal.parts, reset))
      await eventually(async () => !opens())
      const again = await signIn(portal, { ...hanna, password: next })
      const [, id] = /app-passwords\/([0-9a-f-]{36})\/keep/.exec((await again.get(page)).html) ?? []
      await again.post(`${page}/${id}/keep`, {}, { from: page })
      await eventually(async () => opens())
      await again.post(`${page}/${id}/revoke`, {}, { from: page })
      await eventually(async () => mailcow.appPasswords.length === 0)
      assert.deepEqual(prism.violations, [])
    } finally {
      await portal.stop()
      await prism.stop()
      await mailcow.stop()
    }
  })
})

describe('a password that the mail platform would not take', () => {
  it('a password that the mail platform would refuse is refused when it is chosen', async () => {
    const hosted = await startFakeYandex(domain)
    const env = {
      MAIL_PLATFORM: 'yandex-360',
      YANDEX_ORG_ID: '1',
      YANDEX_TOKEN: 'y',
      YANDEX_API_BASE: hosted.url,
    }
    const portal = await startTestPortal({ env, worker: false })
    try {
      const asked = async (password: string) =>
        (await portal.visitor().post('/register', { login: 'hanna', password })).errors
      assert.deepEqual(await asked('бусел ляціць над вёскай'), ['password.characters'])
      assert.deepEqual(await asked('stork '.repeat(20)), ['password.too-long-for-mail'])
      const visitor = await register(portal, hanna)
      assert.deepEqual(
        (await visitor.post('/account/password', { password: 'чапля над вёскай' })).errors,
        ['password.characters'],
      )
    } finally {
      await portal.stop()
      await hosted.stop()
    }
  })
})
