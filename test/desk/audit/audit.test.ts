// What the audit says in words, and in which order its locks are taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trx } from '#db/connection.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { appealDecisions } from '#server/desk/appeals/appeal-store.ts'
import { describeDetails } from '#server/desk/audit/describe-details.ts'
import { recordAudit } from '#server/desk/audit/store.ts'
import { measureCauses, measureNames } from '#server/desk/measures/measures.ts'
import { queueTabs } from '#server/desk/queue/queue-store.ts'
import { searchFields } from '#server/desk/queue/search-terms.ts'
import { outcomes } from '#server/desk/reports/report-store.ts'
import { staffRoles } from '#server/desk/staff/store.ts'
import { createTexts, locales } from '#server/kit/i18n/texts.ts'
import { loadAuditActions } from '#server/load-events.ts'
import { textTrees } from '#server/texts.ts'
import { createTestDatabase } from '#test/support/database.ts'
import { watchAuditOrder } from '#test/support/desk/audit-order.ts'

test('nothing follows the lock of the head of the audit, so that no two wait in a circle', async () => {
  const { db, drop } = await createTestDatabase()
  const late = watchAuditOrder(db)
  const entry = { staffId: null, action: 'measure.lifted', details: { measure: 'block' } } as const
  const keyring = createKeyring(['key-of-the-audit-0123456789abcdefghijklm'])
  const record = (trx: Trx) => recordAudit(trx, keyring, { ...entry, at: new Date() })
  await db.transaction(async (trx) => {
    await trx('accounts').first()
    await record(trx)
  })
  assert.deepEqual(late, [])
  await db.transaction(async (trx) => {
    await record(trx)
    await trx('accounts').first()
  })
  assert.equal(late.length, 1, 'the watch of every portal of these tests notices it')
  await drop()
})

const { t } = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })

const auditActions = await loadAuditActions()
const details = {
  cause: measureCauses,
  count: [0, 1, 5],
  decision: appealDecisions,
  field: searchFields,
  measure: measureNames,
  outcome: outcomes,
  role: staffRoles,
  tab: [...queueTabs, 'appeals'],
  what: ['text', 'html', 'source', 'attachment', 'sessions-ended', 'to-reporter', 'to-owner'],
}

for (const locale of locales)
  test(`every action of staff and every detail of it has a text in ${locale}`, () => {
    const texts = auditActions.map((action) => t(locale, `audit.${action}`))
    assert.equal(new Set(texts).size, texts.length, 'no two actions read the same')
    for (const [name, values] of Object.entries(details))
      for (const value of values)
        for (const { key, params } of describeDetails({ [name]: value }))
          assert.ok(t(locale, key, params))
  })
