// The short forms of test/prove/**/mail-platform-*.ts.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { type PortalWithMail, startPortalWithMail } from '#test/mail-platform/portal-with-mail.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { proveOutages } from '#test/prove/mail-platform-outages.ts'
import { measurePromptness } from '#test/prove/mail-platform-promptness.ts'

describeOnMailServers('the portal and its mail platform', () => {
  let world: PortalWithMail
  before(async () => {
    world = await startPortalWithMail()
  })
  after(() => world?.stop())

  it('a registration, a new password and a block reach mail programs in two seconds', async () => {
    const promptness = await measurePromptness(world, 3)
    // Other tests use the same processors, so only the median counts here.
    for (const [name, { median }] of Object.entries(promptness))
      assert.ok(median < 2000, `${name}: ${median} ms`)
  })

  it('nothing is lost or goes backwards while mail servers and directory are killed', async () => {
    const outages = await proveOutages(world, { seconds: 6, atOnce: 2 })
    assert.ok(outages.people > 0)
    assert.ok(Object.values(outages.kills).length > 0)
  })
})
