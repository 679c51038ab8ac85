import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { features } from '#server/features.ts'
import { createTestDatabase } from '#test/support/database.ts'
import { hanna } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { equip } from '#test/support/recovery/recovery.ts'

test('one feature says what becomes of each table with an account', async () => {
  const database = await createTestDatabase()
  const { rows } = await database.db.raw<{ rows: { name: string }[] }>(
    `select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'account_id' order by 1`,
  )
  await database.drop()
  const inDatabase = new Set([...rows.map(({ name }) => name), 'accounts'])
  const listed: readonly Pick<AccountFeature<never>, 'name' | 'tables'>[] = features
  const owned = listed.flatMap(({ tables = [] }) => tables)
  assert.deepEqual(owned.toSorted(), [...inDatabase].toSorted())
})

test('a closed account leaves only its name, no contact, code or verifier', async () => {
  const portal = await startTestPortal()
  try {
    const { accountId, browser: owner } = await equip(portal, hanna.login)
    const { db, life, clock } = portal.parts
    const exported = await life.export(db, accountId)
    assert.equal(
      (exported.accounts as { address: string }[])[0]?.address.split('@')[0],
      hanna.login,
    )
    assert.ok((exported.activity as object[]).length > 0)
    assert.doesNotMatch(JSON.stringify(exported), /argon2|sealed|digest|hash/)
    await db.transaction(async (outer) => {
      const locked = await lockAccountAsItStands(outer, accountId)
      assert.ok(locked)
      await life.close(locked.trx, { accountId, at: clock.now() })
    })
    for (const table of ['sessions', 'known_devices', 'phones', 'backup_addresses', 'undos'])
      assert.equal((await db(table).where({ account_id: accountId })).length, 0, table)
    const question = await db('security_questions').where({ account_id: accountId }).first()
    assert.deepEqual([question.answer_verifier, question.question], [null, null])
    const account = await db('accounts').where({ id: accountId }).first()
    assert.equal(account.password_verifier, 'closed')
    assert.ok(account.closed_at)
    const names = await db('claims').where({ account_id: accountId }).pluck('kind')
    assert.deepEqual(names.toSorted(), ['login', 'login-look-alike'])
    assert.equal((await owner.get('/account')).status, 303)
  } finally {
    await portal.stop()
  }
})
