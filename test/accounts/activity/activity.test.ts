import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActivityEvent } from '#server/accounts/activity/activity-details.ts'
import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { recordActivity, verifyActivity } from '#server/accounts/activity/store.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { createTexts, locales } from '#server/kit/i18n/texts.ts'
import { loadActivityEvents } from '#server/load-events.ts'
import { textTrees } from '#server/texts.ts'
import { hanna, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

let accountId: string
const portal = usePortal({ worker: false }, async (portal) => {
  const visitor = await register(portal, hanna)
  await visitor.post('/account/password', { password: 'the storks came back late' })
  accountId = (await portal.db('accounts').first('id')).id
})

const broken = async (keyring = portal.keyring) => {
  const found = []
  for await (const link of verifyActivity(portal.db, keyring))
    found.push(`${link.position} ${link.fault}`)
  return found
}

test('the activity page has a sentence for an event in every language', async () => {
  const visitor = await register(portal, { login: 'volha', password: 'a cup of warm kefir' })
  const { t } = createTexts(textTrees)
  for (const locale of locales) {
    const { html } = await visitor.get(`/account/activity?lang=${locale}`)
    assert.ok(html.includes(t(locale, 'activity.events.account.created')), locale)
  }
})

const activityEvents = await loadActivityEvents()

/** A detail for each word that it may be, or one text, or numbers of several plurals. */
const valuesOf = (kind: (typeof activityEvents)[string][string]): readonly (string | number)[] => {
  if (kind === String) return ['some text']
  return kind === Number ? [0, 1, 5] : [...(kind as readonly string[])]
}

for (const locale of locales)
  test(`every event that a feature names has a sentence in ${locale}`, () => {
    const { t } = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
    assert.ok(Object.keys(activityEvents).length > 50)
    for (const [event, kinds] of Object.entries(activityEvents)) {
      const values = Object.entries(kinds).map(([name, kind]) => [name, valuesOf(kind)] as const)
      const times = Math.max(1, ...values.map(([, each]) => each.length))
      for (let at = 0; at < times; at++) {
        const details = Object.fromEntries(
          values.map(([name, each]) => [name, each[at % each.length] ?? '']),
        )
        const entry = { id: '1', device: '', place: '', happenedAt: portal.clock.now() }
        const { params } = describeEntry({ ...entry, event: event as ActivityEvent, details })
        assert.ok(t(locale, `activity.events.${event}`, params), event)
      }
    }
  })

test('a changed, removed or moved entry breaks the activity chain', async () => {
  assert.deepEqual(await broken(), [])
  const entry = (position: number) => `where account_id = '${accountId}' and position = ${position}`
  const trials: Record<string, string> = {
    'changed words': `update activity set details = '{"device":"other"}' ${entry(1)}`,
    'changed moment': `update activity
      set happened_at = happened_at - interval '1 day' ${entry(1)}`,
    'changed event': `update activity set event = 'sign-in.succeeded' ${entry(2)}`,
    'missing entry': `delete from activity ${entry(1)}`,
    'missing tail': `delete from activity ${entry(2)}`,
    'missing head': `delete from activity_heads where chain = '${accountId}'`,
  }
  for (const [what, sql] of Object.entries(trials)) {
    await portal.db
      .transaction(async (trx) => {
        await trx.raw(sql)
        const found = []
        for await (const link of verifyActivity(trx, portal.keyring)) found.push(link.fault)
        assert.ok(found.length > 0, what)
        await trx.rollback()
      })
      .catch((fault) => assert.match(String(fault), /rolled? ?back|non-error/i))
  }
  assert.deepEqual(await broken(), [])
})

test('entries written at the same time form one chain', async () => {
  const write = () =>
    portal.db.transaction((trx) =>
      recordActivity(trx, portal.keyring, {
        accountId,
        event: 'sign-in.succeeded',
        details: {},
        at: portal.clock.now(),
      }),
    )
  await Promise.all(Array.from({ length: 20 }, write))
  assert.deepEqual(await broken(), [])
})

test('a rolled back entry leaves no gap in the activity chain', async () => {
  await assert.rejects(
    portal.db.transaction(async (trx) => {
      await recordActivity(trx, portal.keyring, {
        accountId,
        event: 'sign-in.succeeded',
        details: {},
        at: portal.clock.now(),
      })
      throw new Error('failed')
    }),
  )
  assert.deepEqual(await broken(), [])
})

test('the activity chain stays valid after a rotation of keys', async () => {
  const both = createKeyring([
    'another-key-0123456789abcdefghijklmnop',
    ...portal.settings.secretKeys,
  ])
  await portal.db.transaction((trx) =>
    recordActivity(trx, both, {
      accountId,
      event: 'sign-in.succeeded',
      details: {},
      at: portal.clock.now(),
    }),
  )
  assert.deepEqual(await broken(both), [])
})

test('an entry of a feature that is gone stays on the page, and breaks nothing', async () => {
  const visitor = await register(portal, { login: 'zoska', password: 'a cup of warm kefir' })
  const { id } = await portal.db('accounts').where({ address: 'zoska@postern.example' }).first('id')
  await portal.db.transaction((trx) =>
    recordActivity(trx, portal.keyring, {
      accountId: id,
      event: 'gone.for-good' as ActivityEvent,
      details: { what: 'something' } as never,
      at: portal.clock.now(),
    }),
  )
  for (const page of ['/account/activity', '/account']) {
    const { status, html } = await visitor.get(`${page}?lang=en`)
    assert.equal(status, 200, page)
    assert.match(html, /An event that this site no longer knows/)
  }
})
