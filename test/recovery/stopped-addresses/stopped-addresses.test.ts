// The owner of an address stops all codes to it, and can allow them again.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { openStopToken, stopTokenOf } from '#server/recovery/stopped-addresses/stop-token.ts'
import {
  findStop,
  liftStop,
  rekeyStoppedAddresses,
  stopAddress,
} from '#server/recovery/stopped-addresses/store.ts'
import { awaitSent, awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { multipart, multipartType } from '#test/support/multipart.ts'
import { arrive } from '#test/support/people.ts'
import { begin, equip, forgetLimits, linkOf } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal({ freshLimits: true })

const form = '/account/recovery/backup-address'
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const ask = (visitor: Visitor, address: string) => visitor.post(form, { address })
/** Milliseconds within which what is typed again is a second click. */
const pause = 60_000
let count = 0
const newAddress = () => `stranger${++count}@elsewhere.example`

async function stopLinkOf(address: string): Promise<string> {
  const [newest] = await awaitSent(portal, address)
  return /^http\S+(\/stop\/\S+)$/m.exec(newest?.text ?? '')?.[1] ?? assert.fail(newest?.text)
}

/** Nothing more was sent there: what is written later has arrived elsewhere. */
async function assertSent(address: string, letters: number): Promise<void> {
  const { visitor } = await arrive(portal)
  const marker = newAddress()
  await ask(visitor, marker)
  await awaitSent(portal, marker)
  assert.equal((await sentTo(portal, address)).length, letters)
}

describe('an address that is not linked', () => {
  it('the owner of an unlinked address stops all further codes, for every account', async () => {
    const [first, second] = [await arrive(portal), await arrive(portal)]
    const address = newAddress()
    await ask(first.visitor, address)
    const link = await stopLinkOf(address)
    const owner = portal.visitor()
    const page = await owner.get(link)
    assert.deepEqual([page.status, page.page], [200, 'stop'])
    assert.ok(page.html.includes('s•••••@elsewhere.example') && !page.html.includes(address))
    await ask(second.visitor, address)
    await awaitSent(portal, address, 2)

    assert.deepEqual(
      [(await owner.post(link)).location, (await owner.post(link)).status],
      [link, 303],
    )
    assert.match((await owner.get(link)).html, /No codes have been sent to the address/)
    portal.clock.advance(pause)
    const third = await arrive(portal)
    for (const { visitor } of [first, second, third]) {
      const asked = await ask(visitor, address.toUpperCase().replace('@', '+tag@'))
      assert.deepEqual(
        [asked.status, asked.location],
        [303, `${form}/confirm`],
        'the asker sees no difference',
      )
      assert.equal((await visitor.get(`${form}/confirm`)).page, 'backup-address-confirm')
    }
    await assertSent(address, 2)
  })

  it('the owner of a stopped address allows codes again on the same page', async () => {
    const { visitor } = await arrive(portal)
    const address = newAddress()
    await ask(visitor, address)
    const link = await stopLinkOf(address)
    const owner = portal.visitor()
    await owner.post(link)
    portal.clock.advance(pause)
    await ask(visitor, address)
    await assertSent(address, 1)
    assert.equal((await owner.post(link, { what: 'lift' })).location, link)
    assert.match((await owner.get(link)).html, /Send no more codes/)
    portal.clock.advance(pause)
    await ask(visitor, address)
    await awaitSent(portal, address, 2)
  })

  it('one click in a mail program, without cookie or form token, stops an address', async () => {
    const { visitor } = await arrive(portal)
    const foreign = { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' }
    const oneClick = 'List-Unsubscribe=One-Click'
    for (const [body, type] of [
      [oneClick, urlencoded],
      [multipart([{ name: 'List-Unsubscribe', value: 'One-Click' }]), multipartType()],
    ] as const) {
      await forgetLimits(portal)
      const address = newAddress()
      await ask(visitor, address)
      const link = await stopLinkOf(address)
      const send = () => portal.visitor().send(link, body, { ...type, ...foreign })
      for (const answer of await Promise.all([send(), send()])) {
        assert.equal(answer.status, 200)
        assert.equal(answer.headers.get('set-cookie'), null)
      }
      portal.clock.advance(pause)
      await ask(visitor, address)
      await assertSent(address, 1)
    }
  })

  it('nothing else without a form token stops an address, nor does opening a page', async () => {
    const { visitor } = await arrive(portal)
    const address = newAddress()
    await ask(visitor, address)
    const link = await stopLinkOf(address)
    for (const [body, type] of [
      ['', urlencoded],
      ['what=stop', urlencoded],
      ['List-Unsubscribe=Twice', urlencoded],
      [multipart([{ name: 'what', value: 'stop' }]), multipartType()],
    ] as const)
      assert.equal((await portal.visitor().send(link, body, type)).status, 403, String(body))
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      await portal.visitor().send(link, undefined, {}, method)
    portal.clock.advance(pause)
    await ask(visitor, address)
    await awaitSent(portal, address, 2)
  })

  it('a forged stop link, or a token of another purpose, leads nowhere', async () => {
    for (const token of [
      'x',
      'v1.00000000.AAAA',
      portal.keyring.seal('another.purpose', 'a@b.example'),
    ]) {
      assert.equal((await portal.visitor().get(`/stop/${token}`)).status, 404, token)
      const click = await portal
        .visitor()
        .send(`/stop/${token}`, 'List-Unsubscribe=One-Click', urlencoded)
      assert.equal(click.status, 404, token)
    }
  })
})

describe('an address that is linked', () => {
  it('a linked address gets its recovery link, whatever its owner stopped', async () => {
    const person = await equip(portal)
    await portal.visitor().post(`/stop/${stopTokenOf(portal.keyring, person.address)}`)
    assert.ok(await findStop(portal.db, portal.keyring, person.address))
    await linkOf(portal, await begin(portal, person.login), person)
  })

  it('a linked address is offered no stop in the codes of its own account', async () => {
    const person = await equip(portal)
    await ask(person.browser, person.address)
    const { text } = await awaitText(portal, person.address, /\b\d{6}\b/)
    assert.doesNotMatch(text, /\/stop\//)
  })
})

describe('a stop', () => {
  const address = 'anna@gmail.com'
  const [oldKey, newKey] = [
    'old-key-0123456789abcdefghijklmnopqrstuv',
    'new-key-0123456789abcdefghijklmnopqrstuv',
  ]
  const [old, both, onlyNew] = [
    createKeyring([oldKey]),
    createKeyring([newKey, oldKey]),
    createKeyring([newKey]),
  ]
  const at = new Date('2026-11-22T12:00:00Z')

  it('a stop outlives a change of keys, and so does its link while the key is listed', async () => {
    await stopAddress(portal.db, old, address, at)
    const rekey = () => portal.db.transaction((trx) => rekeyStoppedAddresses(trx, both, 10))
    await portal.db('stopped_addresses').whereNot({ key_id: old.newestKeyId }).delete()
    assert.deepEqual(await findStop(portal.db, both, address), at)
    assert.deepEqual([await rekey(), await rekey()], [1, 0])
    assert.deepEqual(await findStop(portal.db, onlyNew, address), at)
    assert.equal(openStopToken(both, stopTokenOf(old, address)), address)
    assert.equal(openStopToken(onlyNew, stopTokenOf(old, address)), undefined)
    await liftStop(portal.db, onlyNew, address)
    assert.equal(await findStop(portal.db, both, address), undefined)
  })

  it('the table of stopped addresses holds no address in plain text', async () => {
    await stopAddress(portal.db, portal.keyring, address, at)
    const rows = await portal.db('stopped_addresses').where({ stopped_at: at })
    assert.equal(rows.length, 1)
    assert.doesNotMatch(JSON.stringify(rows), /anna|gmail/)
  })
})
