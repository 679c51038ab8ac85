import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseHostedPlatform } from '#server/mail/mail-platform/choose-hosted.ts'
import { createRevisionOrder } from '#server/mail/mail-platform/revision-order.ts'
import { readSettings } from '#server/settings.ts'
import { startFakeGoogle } from '#test/support/mail-platform/fake-google.ts'
import { startFakeMailcow } from '#test/support/mail-platform/fake-mailcow.ts'
import { startFakeYandex } from '#test/support/mail-platform/fake-yandex-360.ts'

const clock = { now: () => new Date('2026-11-22T12:00:00Z') }
const nobody = 'nobody@postern.example'

describe('the hosted platform that the settings name', () => {
  it('Google is reached with the key file of its service account', async (t) => {
    const google = await startFakeGoogle()
    t.after(google.stop)
    const settings = readSettings({
      MAIL_PLATFORM: 'google',
      GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ ...google.serviceAccount, type: 'service_account' }),
      GOOGLE_ADMINISTRATOR: google.administrator,
      GOOGLE_API_BASE: google.url,
    })
    const platform = await chooseHostedPlatform('google', settings, { clock })
    assert.equal(await platform.observe(nobody), undefined)
    assert.deepEqual(
      google.calls.map((call) => call.path),
      ['/token', `/admin/directory/v1/users/${nobody}`],
    )
  })

  it('Yandex 360 is reached on both of its hosts', async (t) => {
    const [older, newer] = await Promise.all([
      startFakeYandex('postern.example'),
      startFakeYandex('postern.example'),
    ])
    for (const each of [older, newer]) t.after(each.stop)
    const settings = readSettings({
      MAIL_PLATFORM: 'yandex-360',
      YANDEX_ORG_ID: older.orgId,
      YANDEX_TOKEN: older.token,
      YANDEX_API_BASE: older.url,
      YANDEX_CLOUD_API_BASE: newer.url,
    })
    const platform = await chooseHostedPlatform('yandex-360', settings, { clock })
    assert.equal(await platform.observe(nobody), undefined)
    for await (const mailbox of platform.list()) assert.fail(mailbox.address)
    assert.deepEqual([older.calls.length, newer.calls.length], [1, 1])
  })

  it('mailcow is reached with its key', async (t) => {
    const mailcow = await startFakeMailcow(['postern.example'])
    t.after(mailcow.stop)
    const settings = readSettings({
      MAIL_PLATFORM: 'mailcow',
      MAILCOW_URL: `${mailcow.url}/`,
      MAILCOW_API_KEY: mailcow.apiKey,
    })
    const platform = await chooseHostedPlatform('mailcow', settings, { clock })
    assert.equal(await platform.observe(nobody), undefined)
  })

  it('a start names the settings that the chosen platform lacks', () => {
    const faultsOf = (env: Record<string, string>) => {
      try {
        readSettings(env)
        return []
      } catch (error) {
        return (error as { faults: string[] }).faults
      }
    }
    assert.deepEqual(faultsOf({ MAIL_PLATFORM: 'mailcow' }), [
      'MAILCOW_URL is required by MAIL_PLATFORM mailcow',
      'MAILCOW_API_KEY is required by MAIL_PLATFORM mailcow',
    ])
    const yandex = { MAIL_PLATFORM: 'yandex-360', YANDEX_ORG_ID: '1', YANDEX_TOKEN: 'y' }
    assert.deepEqual(faultsOf({ ...yandex, APP_PASSWORDS_ONLY: 'on' }), [
      'APP_PASSWORDS_ONLY cannot be on with MAIL_PLATFORM yandex-360',
    ])
  })

  it('the error about a key file quotes nothing of its text', () => {
    for (const text of [
      '{"private_key":"-----BEGIN PRIVATE KEY-----abc"}',
      'private_key abc',
      '[]',
      'null',
    ]) {
      assert.throws(
        () => readSettings({ GOOGLE_SERVICE_ACCOUNT: text }),
        (error: Error) => {
          assert.match(error.message, /GOOGLE_SERVICE_ACCOUNT must be/)
          return !error.message.includes('abc')
        },
      )
    }
  })
})

describe('order within a process', () => {
  it('calls for one mailbox wait for each other, those for different ones do not', async () => {
    const order = createRevisionOrder()
    const events: string[] = []
    const step = (account: string, name: string, ms: number) =>
      order.inTurn(account, async () => {
        events.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, ms))
        events.push(`${name} ends`)
        if (name === 'a1') throw new Error('a1 fails')
      })
    await Promise.allSettled([step('a', 'a1', 20), step('a', 'a2', 1), step('b', 'b1', 1)])
    assert.deepEqual(events, [
      'a1 begins',
      'b1 begins',
      'b1 ends',
      'a1 ends',
      'a2 begins',
      'a2 ends',
    ])
  })

  it('only the mailboxes touched last are remembered', () => {
    const order = createRevisionOrder(2)
    for (const account of ['a', 'b', 'a', 'c']) order.note(account, { revision: 5, removed: false })
    assert.deepEqual(
      ['a', 'b', 'c'].map((account) => order.newerThan(account, 4)),
      [5, undefined, 5],
    )
  })
})
