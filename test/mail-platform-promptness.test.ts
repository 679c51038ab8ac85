// The short form of test/prove/mail-platform-promptness.ts: the whole portal before real Dovecot and Postfix.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { startTestPlatform, type TestPlatform } from '#test/mail-platform/start.ts'
import { measurePromptness } from '#test/prove/mail-platform-promptness.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'

describeOnMailServers('the portal and its mail platform', () => {
  let database: TestDatabase
  let mail: TestPlatform
  let portal: TestPortal
  before(async () => {
    database = await createTestDatabase()
    mail = await startTestPlatform({ databaseUrl: database.url })
    const env = { DOVEADM_URL: mail.doveadmUrl, DOVEADM_API_KEY: mail.apiKey }
    portal = await startTestPortal({ database, env })
  })
  after(async () => {
    await portal?.stop()
    await mail?.stop()
    await database?.drop()
  })

  it('a registration, a new password and a block are true for mail programs within two seconds', async () => {
    const promptness = await measurePromptness(portal, mail, 3)
    for (const [name, { slowest }] of Object.entries(promptness)) assert.ok(slowest < 2000, `${name}: ${slowest} ms`)
  })
})
