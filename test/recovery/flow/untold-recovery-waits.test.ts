// The waits that a page shows depend on its own asker alone. What was not sent looks the same.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { doJobs, writtenMessages } from '#test/support/recovery/by-hand.ts'
import { begin, type Equipped, equip, forgetLimits } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const home = '192.0.2.1'
const elsewhere = '198.51.100.1'

let owner: Equipped
const portal = usePortal(
  { worker: false, env: { LIMIT_SMS_WAIT_SECONDS: '60' } },
  async (portal) => {
    owner = await equip(portal, 'owner.name')
  },
)
beforeEach(async () => {
  await forgetLimits(portal)
  await portal.db('messages').delete()
  await portal.db('graphile_worker._private_jobs').delete()
})

const kinds = [
  {
    id: 'phone',
    path: '/recover/sms',
    sent: '/recover/sms/code',
    field: 'phone',
    task: 'phone:send-recovery-code',
    sends: 1,
    perDay: 6,
    rightOf: ({ phone }: Equipped) => phone,
    wrong: ['+375296070101', '+375296070202'],
  },
  {
    id: 'backup-address',
    path: '/recover/backup-address',
    sent: '/recover/backup-address/sent',
    field: 'address',
    task: 'backup-address:send-recovery-link',
    sends: 5,
    perDay: 10,
    rightOf: ({ address }: Equipped) => address,
    wrong: ['wrong.name1@elsewhere.example', 'wrong.name2@elsewhere.example'],
  },
] as const

/** How many messages go to this reader. */
const sentTo = async (to: string) =>
  (await writtenMessages(portal.db, portal.keyring)).filter((message) => message.to === to).length
const written = async () => (await writtenMessages(portal.db, portal.keyring)).length
const jobs = async () =>
  Number((await portal.db('graphile_worker._private_jobs').count())[0]?.count)

for (const { id, path, sent, field, task, sends, perDay, rightOf, wrong } of kinds) {
  const method = () =>
    portal.parts.recoveryMethods.find((each) => each.id === id) ?? assert.fail(id)
  const work = () => doJobs(portal.db, method().tasks, task)
  const ask = (visitor: Visitor, contact: string) => visitor.post(path, { [field]: contact })
  const again = (visitor: Visitor) => visitor.post(path, { again: 'yes' }, { from: sent })
  const browserAt = (ip: string, login = owner.login) => begin(portal, login, portal.visitor(ip))
  /** A fresh browser that asks once. */
  const askFrom = async (ip: string, contact: string, login = owner.login) =>
    ask(await browserAt(ip, login), contact)
  const numbers = (html: string) =>
    /(\d+) more (?:codes?|emails?) can be sent today/.exec(html)?.[1]

  /** What a fresh browser sees, without its typed texts and its own moments. */
  async function seen(ip: string, contact: string, login = owner.login) {
    const visitor = await browserAt(ip, login)
    const jobsBefore = await jobs()
    const asked = await ask(visitor, contact)
    const { status, page, html } = await visitor.get(sent)
    assert.equal(page, `recover-${sent.slice('/recover/'.length).replace('/', '-')}`)
    const fields = /name="(?:_csrf|seen)" value="[^"]+"/
    const names = /(?:owner|nobody)\.name|wrong\.name\d/
    const phones = /\+375[\d\s\u00a0\u2011-]+/
    const moments = /\d\d:\d\d(?::\d\d)?/
    const own = [fields, names, phones, moments].map(({ source }) => source).join('|')
    const typed = new RegExp(own, 'g')
    return {
      asked: asked.status,
      location: asked.location,
      wait: asked.headers.get('retry-after'),
      status,
      left: numbers(html),
      html: html.replace(typed, '…').replaceAll('<wbr>', ''),
      jobs: (await jobs()) - jobsBefore,
    }
  }

  describe(`a ${id} typed in a recovery`, () => {
    it('a page reveals nothing that was typed in other networks', async () => {
      const right = rightOf(owner)
      const fresh = await seen(elsewhere, wrong[1])
      assert.deepEqual(
        [fresh.asked, fresh.location, fresh.wait, fresh.status],
        [303, sent, null, 200],
      )
      assert.equal(fresh.left, String(perDay - 1))
      for (const [login, contact] of [
        [owner.login, right],
        [owner.login, wrong[0]],
        ['nobody.name', right],
        ['nobody.name', wrong[0]],
      ] as const) {
        await forgetLimits(portal)
        const atHome = await browserAt(home, login)
        for (let nth = 0; nth < sends; nth += 1)
          assert.equal((await ask(atHome, contact)).location, sent)
        await work()
        assert.deepEqual(await seen(elsewhere, contact, login), fresh, `${login} ${contact}`)
      }
    })

    it('a stranger who types a contact again and again delays no other network', async () => {
      const right = rightOf(owner)
      const stranger = await browserAt(elsewhere)
      for (let nth = 0; nth < 20; nth += 1) await ask(stranger, right)
      const mine = await seen(home, right)
      assert.deepEqual([mine.asked, mine.location, mine.left], [303, sent, String(perDay - 1)])
    })

    it('all unknown browsers of a network share the wait for a name and contact', async () => {
      const right = rightOf(owner)
      for (let nth = 0; nth < sends; nth += 1)
        assert.equal((await askFrom(home, right)).status, 303)
      const visitor = await browserAt(home)
      const asked = await ask(visitor, right)
      if (id === 'phone') {
        const wait = Number(asked.headers.get('retry-after'))
        assert.ok(asked.status === 429 && wait > 50 && wait <= 60, `${asked.status} ${wait}`)
      } else {
        const { html } = await visitor.get(sent)
        assert.equal(numbers(html), String(perDay - sends - 1))
        assert.match(html, /You can ask for the next one/)
      }
      assert.equal((await seen(home, wrong[0])).left, String(perDay - 1))
      assert.equal((await seen(home, right, 'nobody.name')).left, String(perDay - 1))
    })

    it('a flow keeps its wait when the browser moves to another network', async () => {
      const right = rightOf(owner)
      const atHome = await browserAt(home)
      for (let nth = 0; nth < sends; nth += 1) await ask(atHome, right)
      const onTheWay = portal.visitor(elsewhere)
      for (const [name, value] of atHome.cookies) onTheWay.cookies.set(name, value)
      assert.match((await onTheWay.get(sent)).html, /You can ask for the next one/)
      assert.equal(
        (await onTheWay.post(path, { again: 'yes' }, { from: path })).status,
        id === 'phone' ? 429 : 303,
      )
    })

    it('a known browser has a wait of its own, in any network', async () => {
      const right = rightOf(owner)
      for (let nth = 0; nth < sends; nth += 1) await askFrom(home, right)
      const knownAt = async (ip: string) => {
        const visitor = portal.visitor(ip)
        for (const [name, value] of owner.browser.cookies)
          if (/device/.test(name)) visitor.cookies.set(name, value)
        return await begin(portal, owner.login, visitor)
      }
      const known = await knownAt(home)
      assert.equal((await ask(known, right)).location, sent)
      assert.equal(numbers((await known.get(sent)).html), String(perDay - 1))
      const moved = await knownAt(elsewhere)
      const asked = await ask(moved, right)
      if (id === 'phone') assert.equal(asked.status, 429)
      else assert.equal(numbers((await moved.get(sent)).html), String(perDay - 2))
    })

    it('more networks that ask get no more sent, and all see the same page', async () => {
      const right = rightOf(owner)
      const all = []
      for (let nth = 1; nth <= 8; nth += 1) {
        all.push(await seen(`203.0.113.${nth}`, right))
        await work()
      }
      assert.deepEqual(new Set(all.map((each) => JSON.stringify(each))).size, 1)
      assert.equal(await sentTo(right), sends)
      assert.equal(await written(), 8, 'the same rows are written')
    })

    it('many networks that ask at once get no more sent than one', async () => {
      const askers = await Promise.all(
        Array.from({ length: 8 }, (_, nth) => browserAt(`203.0.113.${nth + 1}`)),
      )
      const answers = await Promise.all(askers.map((visitor) => ask(visitor, rightOf(owner))))
      assert.ok(answers.every(({ status, location }) => status === 303 && location === sent))
      await work()
      assert.equal(await sentTo(rightOf(owner)), sends)
    })

    it('a contact is asked again when its shown wait is over', async () => {
      const right = rightOf(owner)
      const visitor = await browserAt(home)
      await ask(visitor, right)
      await work()
      await forgetLimits(portal)
      assert.equal((await again(visitor)).location, sent)
      await work()
      assert.equal(await sentTo(right), 2)
    })
  })
}

describe('a code that was not sent', () => {
  it('a recovery code that was not sent opens nothing, and looks like a wrong one', async () => {
    const answers = []
    for (const ip of [home, elsewhere]) {
      await portal.db('messages').delete()
      const visitor = await begin(portal, owner.login, portal.visitor(ip))
      await visitor.post('/recover/sms', { phone: owner.phone })
      await doJobs(portal.db, portal.tasks, 'phone:send-recovery-code')
      const [message] = await writtenMessages(portal.db, portal.keyring)
      const { status, location, errors } = await visitor.post('/recover/sms/code', {
        code: message?.params.code ?? '',
      })
      answers.push({ to: message?.to, status, location, errors })
    }
    assert.deepEqual(answers, [
      { to: owner.phone, status: 303, location: '/recover/new-password', errors: [] },
      { to: null, status: 422, location: undefined, errors: ['code.wrong'] },
    ])
  })
})
