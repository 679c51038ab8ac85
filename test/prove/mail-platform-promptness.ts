// How soon a registration, a new password and a block reach mail programs on a real mail platform.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { signInBySmtp } from '#test/mail-platform/line-client.ts'
import { openInbox, tryImap } from '#test/mail-platform/mail-program.ts'
import {
  type PortalWithMail,
  settled,
  startPortalWithMail,
} from '#test/mail-platform/portal-with-mail.ts'
import type { TestPlatform } from '#test/mail-platform/start.ts'
import { underLock } from '#test/support/account-lock.ts'
import { register } from '#test/support/people.ts'
import type { TestPortal } from '#test/support/portal.ts'
import {
  forgetLimits,
  furnish,
  proveByPhone,
  setPassword,
} from '#test/support/recovery/recovery.ts'
import { type Times, timesOf, timeUntil, timeUntilRefused } from './times.ts'

/** Times from the answer to the form, or from the commit of the block. */
export interface Promptness {
  readonly registrationToImap: Times
  readonly newPasswordToOldRefused: Times
  readonly newPasswordToSessionCut: Times
  readonly resetToOldRefused: Times
  readonly resetToSessionCut: Times
  readonly blockToAuthRefused: Times
  readonly blockToRecipientRefused: Times
  readonly blockToSessionCut: Times
  readonly liftToAuth: Times
  readonly liftToImap: Times
}

/** @param rounds people, one after another */
export async function measurePromptness(
  { portal, mail }: PortalWithMail,
  rounds: number,
): Promise<Promptness> {
  const samples = {
    registrationToImap: [] as number[],
    newPasswordToOldRefused: [] as number[],
    newPasswordToSessionCut: [] as number[],
    resetToOldRefused: [] as number[],
    resetToSessionCut: [] as number[],
    blockToAuthRefused: [] as number[],
    blockToRecipientRefused: [] as number[],
    blockToSessionCut: [] as number[],
    liftToAuth: [] as number[],
    liftToImap: [] as number[],
  }
  for (let round = 0; round < rounds; round += 1) await goThrough(portal, mail, samples)
  return Object.fromEntries(
    Object.entries(samples).map(([name, each]) => [name, timesOf(each)]),
  ) as unknown as Promptness
}

async function goThrough(
  portal: TestPortal,
  mail: TestPlatform,
  samples: Record<keyof Promptness, number[]>,
) {
  const login = `p${randomBytes(6).toString('hex')}`
  const user = `${login}@postern.example`
  const old = { user, pass: 'a bench under the old linden' }
  const changed = { user, pass: 'the linden has lost its leaves' }
  const next = { user, pass: 'a birch has grown in its place' }

  const visitor = await register(portal, { login, password: old.pass })
  const registered = performance.now()
  samples.registrationToImap.push(
    await timeUntil(registered, async () => (await tryImap(mail, old)) === 'ok'),
  )

  const firstCut = await momentOfCut(mail, old)
  await visitor.post('/account/password', { password: changed.pass })
  const renewed = performance.now()
  samples.newPasswordToOldRefused.push(
    await timeUntilRefused(renewed, async () => (await tryImap(mail, old)) !== 'ok'),
  )
  samples.newPasswordToSessionCut.push((await firstCut.at) - renewed)
  await settled(portal, user)

  const person = await furnish(portal, { login, password: changed.pass }, visitor)
  await forgetLimits(portal)
  const proven = await proveByPhone(portal, person)
  const secondCut = await momentOfCut(mail, changed)
  assert.equal((await setPassword(proven, next.pass)).location, '/recover/done')
  const reset = performance.now()
  samples.resetToOldRefused.push(
    await timeUntilRefused(reset, async () => (await tryImap(mail, changed)) !== 'ok'),
  )
  samples.resetToSessionCut.push((await secondCut.at) - reset)

  await settled(portal, user)
  const blockedCut = await momentOfCut(mail, next)
  const { client } = await signInBySmtp(mail.submissions, next.user, next.pass)
  await client.say(`MAIL FROM:<${user}>`)
  const account = await portal.db('mailboxes').where({ address: user }).first('account_id')
  const suspend = (suspension: 'none' | 'login') =>
    underLock(portal.db, account.account_id, (trx) =>
      wantMailboxSuspension(trx, { accountId: account.account_id, suspension, at: new Date() }),
    )
  await suspend('login')
  const blocked = performance.now()
  const [recipient, auth] = await Promise.all([
    timeUntil(blocked, async () =>
      (await client.say('RCPT TO:<friend@elsewhere.example>')).startsWith('5'),
    ),
    timeUntilRefused(blocked, async () => !(await canSend(mail, next))),
  ])
  samples.blockToRecipientRefused.push(recipient)
  samples.blockToAuthRefused.push(auth)
  samples.blockToSessionCut.push((await blockedCut.at) - blocked)
  client.close()

  await suspend('none')
  const lifted = performance.now()
  samples.liftToAuth.push(await timeUntil(lifted, () => canSend(mail, next)))
  samples.liftToImap.push(await timeUntil(lifted, async () => (await tryImap(mail, next)) === 'ok'))
}

/** Opens a session. `at` is the moment when the server ends it. */
async function momentOfCut(
  mail: TestPlatform,
  who: { user: string; pass: string },
): Promise<{ at: Promise<number> }> {
  const inbox = await openInbox(mail, who)
  const at = once(inbox, 'close', { signal: AbortSignal.timeout(60_000) }).then(() =>
    performance.now(),
  )
  at.catch(() => {})
  return { at }
}

async function canSend(
  mail: TestPlatform,
  { user, pass }: { user: string; pass: string },
): Promise<boolean> {
  const { client, reply } = await signInBySmtp(mail.submissions, user, pass)
  client.close()
  return reply.startsWith('235')
}

export async function provePromptness(rounds: number): Promise<Promptness> {
  const world = await startPortalWithMail({
    env: () => ({ ARGON2_MEMORY_KIB: '19456', ARGON2_PASSES: '2', LOG_LEVEL: 'info' }),
  })
  try {
    const promptness = await measurePromptness(world, rounds)
    for (const [name, { p95 }] of Object.entries(promptness))
      assert.ok(p95 <= 2000, `${name}: ${p95} ms`)
    return promptness
  } finally {
    await world.stop()
  }
}
