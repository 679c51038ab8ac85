// Filters at a real Dovecot and Postfix.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { systemClock } from '#server/core/clock.ts'
import { eventually, openInbox, trySend, waitForLetter } from '#test/mail-platform/mail-program.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { putFilter } from '#test/mail-platform/sieve-client.ts'
import { type MailWorld, startMailWorld } from '#test/mail-platform/world.ts'
import { disguisedRedirects } from '#test/support/mail-platform/sieve-scripts.ts'

describeOnMailServers('a filter', () => {
  let world: MailWorld
  before(async () => {
    world = await startMailWorld(systemClock)
    await world.provision('writer')
  })
  after(() => world?.stop())

  const write = async (to: string, subject: string) =>
    assert.equal(
      await trySend(world.mail, world.authOf('writer'), {
        from: world.authOf('writer').user,
        to,
        subject,
      }),
      'ok',
    )
  const forwarded = (subject: string) =>
    world.mail.outside.letters.filter(({ source }) => source.includes(subject))

  it('a filter forwards letters in the name of its owner and answers for them', async () => {
    const { authOf, mail, provision } = world
    await provision('olga')
    const script = `require ["copy", "vacation"];
      redirect :copy "friend@elsewhere.example";
      vacation :subject "Away until Monday" "I am at the lake.";`
    await putFilter(mail.sieve, authOf('olga'), script)
    const inbox = await openInbox(mail, authOf('writer'))
    await write(authOf('olga').user, 'To be forwarded')
    await eventually(() => forwarded('To be forwarded').length > 0)
    assert.equal(forwarded('To be forwarded')[0]?.from, authOf('olga').user)
    await waitForLetter(inbox, 'Away until Monday', 10_000)
    await inbox.logout()
  })

  it('a deactivated filter forwards nothing, and its owner may set up another', async () => {
    const { authOf, mail, platform, provision } = world
    await provision('nadia')
    await provision('peter')
    await putFilter(
      mail.sieve,
      authOf('nadia'),
      'require "copy"; redirect :copy "thief@elsewhere.example";',
    )
    await platform.filters?.deactivate(authOf('nadia').user)
    await platform.filters?.deactivate(authOf('nadia').user)
    await platform.filters?.deactivate(authOf('peter').user)
    const inbox = await openInbox(mail, authOf('nadia'))
    await write(authOf('nadia').user, 'For her alone')
    await waitForLetter(inbox, 'For her alone', 10_000)
    await inbox.logout()
    await putFilter(
      mail.sieve,
      authOf('nadia'),
      'require "copy"; redirect :copy "sister@elsewhere.example";',
    )
    await write(authOf('nadia').user, 'For her sister too')
    await eventually(() => forwarded('For her sister too').length > 0)
    assert.equal(forwarded('For her alone').length, 0)
  })

  it('the server accepts every script that the portal is tested with', async () => {
    const { authOf, platform, provision } = world
    await provision('tilda')
    const tilda = authOf('tilda').user
    for (const text of disguisedRedirects) {
      assert.equal(await platform.filters?.write(tilda, { name: 'tried', text }), 'done', text)
      assert.equal(await platform.filters?.activate(tilda, 'tried'), 'done', text)
      assert.equal(await platform.filters?.read(tilda, 'tried'), text)
    }
    assert.equal(
      await platform.filters?.write(tilda, { name: 'nonsense', text: 'nonsense' }),
      'refused',
    )
  })
})
