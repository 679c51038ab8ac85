import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxEntry } from '#server/kit/messages/outbox.ts'
import { type Message, sendMessage } from '#server/kit/messages/send-message.ts'
import { devRoutes } from '#server/site/development/routes.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

const expiresAt = () => new Date(portal.clock.now().getTime() + 600_000).toISOString()
const send = (
  message: Message<'backup-address-code'> | Message<'recovery-code'> | Message<'recovery-link'>,
) => portal.db.transaction((trx) => sendMessage(trx, portal.parts, message))
const outbox = async (): Promise<OutboxEntry[]> =>
  (await fetch(`${portal.url}/dev/outbox.json`)).json() as Promise<OutboxEntry[]>

test('the development outbox lists messages that would have been sent, newest first', async () => {
  assert.deepEqual(await outbox(), [])
  assert.equal((await portal.visitor().get('/dev/outbox')).page, 'outbox')
  const params = { code: '004217', expiresAt: expiresAt() }
  await send({
    name: 'backup-address-code',
    channel: 'mail',
    to: 'alice@elsewhere.example',
    locale: 'de',
    params,
  })
  await eventually(async () => (await outbox()).length === 1)
  const sms = { code: '00421799', expiresAt: expiresAt() }
  await send({
    name: 'recovery-code',
    channel: 'sms',
    to: '+375291234567',
    locale: 'be',
    params: sms,
  })
  const [newest, oldest] = await eventually(async () => {
    const messages = await outbox()
    return messages.length === 2 && messages
  })
  assert.deepEqual([newest?.channel, newest?.to, newest?.subject], ['sms', '+375291234567', ''])
  assert.equal(newest?.text.split('\n').at(-1), '@127.0.0.1 #00421799')
  assert.deepEqual([oldest?.channel, oldest?.to], ['mail', 'alice@elsewhere.example'])
  assert.ok(oldest?.text.split('\n').includes('004217'))
  assert.ok(!Number.isNaN(Date.parse(oldest?.at ?? '')))
  const page = await portal.visitor().get('/dev/outbox')
  assert.match(page.html, /alice@elsewhere\.example/)
  assert.match(page.html, /004217/)
})

test('links in the development outbox lead to the portal that sent them', async () => {
  const token = 'T'.repeat(43)
  const occasion = {
    mailbox: 'alice@postern.example',
    at: portal.clock.now().toISOString(),
    device: '',
    place: '',
  }
  const params = { ...occasion, token, expiresAt: expiresAt() }
  await send({
    name: 'recovery-link',
    channel: 'mail',
    to: 'alice@elsewhere.example',
    locale: 'en',
    params,
  })
  const link = `${portal.url}/recover/link/${token}`
  await eventually(async () => (await outbox())[0]?.text.includes(link))
  assert.ok(
    (await portal.visitor().get('/dev/outbox')).html.includes(
      `<a class="govuk-link" href="${link}">${link}</a>`,
    ),
  )
})

test('the outbox shows codes and links of everybody, so it exists in development alone', () => {
  const parts = { settings: { portalEnv: 'production' } } as unknown as Parameters<
    typeof devRoutes
  >[0]
  assert.throws(() => devRoutes(parts), /PORTAL_ENV=development/)
})
