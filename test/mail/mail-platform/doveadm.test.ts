// What the portal does through doveadm of a real Dovecot.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { createDovecotPlatform } from '#server/mail/mail-platform/dovecot/platform.ts'
import { describeMailPlatform } from '#test/contracts/mail-platform.ts'
import { offerFromOutside } from '#test/mail-platform/line-client.ts'
import { openInbox, tryImap } from '#test/mail-platform/mail-program.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { type MailWorld, startMailWorld, suspensionReason } from '#test/mail-platform/world.ts'
import { freePort } from '#test/support/ports.ts'

let now = Date.now()
const clock = { now: () => new Date(now) }

describeOnMailServers('doveadm', () => {
  let world: MailWorld
  before(async () => {
    world = await startMailWorld(clock)
  })
  after(() => world?.stop())

  it('a removed mailbox closes at once, keeps its mail a month, and leaves nothing', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('sofia')
    const home = join(mail.mailRoot, wanted.accountId.slice(0, 2), wanted.accountId)
    const inbox = await openInbox(mail, authOf('sofia'))
    await inbox.append('INBOX', Buffer.from('Subject: private\r\n\r\nHello\r\n'))
    await platform.remove(wanted)
    assert.match(await tryImap(mail, authOf('sofia')), /Authentication failed/)
    assert.match(
      await offerFromOutside(mail.smtp, 'stranger@elsewhere.example', wanted.address),
      /^550 5\.1\.1/,
    )
    assert.equal(await platform.purge(), 0)
    assert.ok(existsSync(home))
    now += 31 * 86_400_000
    assert.equal(await platform.purge(), 1)
    assert.ok(!existsSync(home))
    await provision('sofia')
    const successor = await openInbox(mail, authOf('sofia'))
    assert.deepEqual(await successor.search({ all: true }), [])
    await successor.logout()
  })

  it('doveadm accepts only the commands that the portal needs', async () => {
    const { database, mail, provision } = world
    const ask = async (command: string, parameters: object) => {
      const response = await fetch(`${mail.doveadmUrl}/doveadm/v1`, {
        method: 'POST',
        headers: { authorization: `X-Dovecot-API ${Buffer.from(mail.apiKey).toString('base64')}` },
        body: JSON.stringify([[command, parameters, 'x']]),
      })
      return response.text()
    }
    assert.match(
      await ask('fsGet', { fsDriver: 'posix', fsArgs: '', path: '/etc/passwd' }),
      /unAuthorized/,
    )
    assert.match(await ask('stop', {}), /unAuthorized/)
    const wrongKey = createDovecotPlatform({
      directory: database.db,
      doveadm: { url: mail.doveadmUrl, apiKey: 'wrong' },
      clock,
    })
    await assert.rejects(wrongKey.endSessions((await provision('vera')).address), {
      kind: 'permanent',
    })
  })

  it('a probe fails if doveadm is away or refuses the key', async () => {
    const { database, mail, platform } = world
    await platform.probe?.()
    const probeWith = (url: string, apiKey: string) =>
      createDovecotPlatform({ directory: database.db, doveadm: { url, apiKey }, clock }).probe?.()
    await assert.rejects(async () => probeWith(mail.doveadmUrl, 'wrong'), { kind: 'permanent' })
    const nobody = await freePort()
    await assert.rejects(async () => probeWith(`http://127.0.0.1:${nobody}`, mail.apiKey), {
      kind: 'retry',
    })
  })

  it('a suspension made while Dovecot is away is in force as soon as it is back', async () => {
    const { authOf, mail, provision, suspend } = world
    const wanted = await provision('tanja')
    await mail.stopDovecot('SIGKILL')
    await assert.rejects(suspend(wanted, 'login', 2), { name: 'PlatformError' })
    await mail.startDovecot()
    assert.match(await tryImap(mail, authOf('tanja')), new RegExp(suspensionReason))
    assert.deepEqual(await suspend(wanted, 'login', 2), { kind: 'applied', revision: 2 })
  })

  describeMailPlatform(
    'dovecot with running servers',
    async () => ({ platform: world.platform, stop: async () => {} }),
    {
      domain: 'contract.example',
    },
  )
})
