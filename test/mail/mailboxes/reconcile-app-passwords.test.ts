// Reconciliation of app passwords.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { noClient } from '#server/core/client-info.ts'
import { revokeOne } from '#server/mail/app-passwords/change-app-passwords.ts'
import { createAppPassword } from '#server/mail/app-passwords/create-app-password.ts'
import { reconcileMailboxes } from '#server/mail/mailboxes/reconcile/reconcile-mailboxes.ts'
import { proofNow } from '#test/support/account-lock.ts'
import { hanna, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

let accountId: string
const portal = usePortal({}, async (portal) => {
  await register(portal, hanna)
  accountId = (await portal.db('accounts').first('id')).id
})

const settled = () =>
  eventually(async () =>
    portal
      .db('mailboxes')
      .where({ account_id: accountId })
      .whereRaw('applied_revision = revision')
      .first(),
  )
const held = () =>
  portal.db('mail_directory.app_passwords').where({ account_id: accountId }).orderBy('created_at')
const fieldsFound = async (fix = false) =>
  (await reconcileMailboxes(portal, fix)).differences.map(({ kind, fields }) => [kind, ...fields])

test('app passwords that were not made in the portal are found and mended', async () => {
  const create = async (name: string) => {
    const proof = await proofNow(portal.db, accountId)
    const made = await createAppPassword(portal.parts, {
      proof,
      name,
      services: ['imap', 'smtp'],
      client: noClient,
    })
    assert.ok(made.kind === 'created')
    return made.id
  }
  const [phone, tablet] = [await create('Phone'), await create('Tablet')]
  await settled()
  assert.deepEqual(await fieldsFound(), [])
  const wanted = await held()
  assert.deepEqual(
    wanted.map(({ id }) => id),
    [phone, tablet],
  )

  const tampering = [
    () =>
      portal.db('mail_directory.app_passwords').insert({
        id: randomUUID(),
        account_id: accountId,
        services: ['imap'],
        secret_sha256: randomBytes(32),
        created_at: new Date(),
      }),
    () =>
      portal
        .db('mail_directory.app_passwords')
        .where({ id: phone })
        .update({ secret_sha256: randomBytes(32) }),
    () =>
      portal
        .db('mail_directory.app_passwords')
        .where({ id: tablet })
        .update({ services: ['pop3'] }),
    () => portal.db('mail_directory.app_passwords').where({ id: phone }).delete(),
  ]
  for (const tamper of tampering) {
    await tamper()
    assert.deepEqual(await fieldsFound(true), [['drifted', 'app passwords']], `${tamper}`)
    await settled()
    assert.deepEqual(await held(), wanted)
  }
  await revokeOne(portal.parts, {
    proof: await proofNow(portal.db, accountId),
    id: phone,
    client: noClient,
  })
  await settled()
  assert.deepEqual(await fieldsFound(), [])
})
