// Measures how soon a measure of an analyst takes effect on the real mail platform.
import assert from 'node:assert/strict'
import { signInBySmtp } from '#test/mail-platform/line-client.ts'
import { openInbox, tryImap } from '#test/mail-platform/mail-program.ts'
import { type PortalWithMail, startPortalWithMail } from '#test/mail-platform/portal-with-mail.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, enterStaff } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import type { Visitor } from '#test/support/visitor.ts'
import { type Times, timesOf, timeUntil, timeUntilRefused } from '../times.ts'

/** Milliseconds since the analyst sent the form. */
export interface MeasureTimes {
  /** The console has answered: the measure is committed. */
  readonly answered: Times
  readonly authRefused: Times
  /** An open submission session has its next recipient refused. */
  readonly recipientRefused: Times
  readonly imapCut: Times
  readonly imapRefused: Times
  /** After the lift, SMTP AUTH and IMAP work again. */
  readonly liftedAgain: Times
}

type Samples = Record<keyof MeasureTimes, number[]>

/** The measures that close SMTP and IMAP, in turn, with the right that each needs. */
const measures = [
  { measure: 'suspend-all', cause: 'phishing', days: '7' },
  { measure: 'compromised', cause: 'compromised', days: 'none' },
  { measure: 'block', cause: 'spam', days: 'none' },
] as const

const password = 'a bench under the old linden'

async function canSend({ mail }: PortalWithMail, user: string): Promise<boolean> {
  const { client, reply } = await signInBySmtp(mail.submissions, user, password)
  client.close()
  return reply.startsWith('235')
}

async function measureOne(
  world: PortalWithMail,
  staff: Visitor,
  login: string,
  form: (typeof measures)[number],
  samples: Samples,
) {
  const { portal, mail } = world
  const accountId = await accountIdOf(portal, login)
  const user = `${login}@${portal.settings.mailDomains[0]}`
  const auth = { user, pass: password }
  await reportLetter(portal, { accountId, login })
  const caseId = await caseOf(portal, accountId)
  const inbox = await openInbox(mail, auth)
  const cut = new Promise<number>((done) => inbox.once('close', () => done(performance.now())))
  const { client } = await signInBySmtp(mail.submissions, user, password)
  await client.say(`MAIL FROM:<${user}>`)

  const page = `/staff/cases/${caseId}/measure`
  const token = await staff.token(`${page}?${new URLSearchParams(form)}`)
  const body = new URLSearchParams({ _csrf: token, ...form }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const begun = performance.now()
  const [recipient, authRefused, imapRefused] = await Promise.all([
    timeUntil(begun, async () =>
      (await client.say('RCPT TO:<friend@elsewhere.example>')).startsWith('5'),
    ),
    timeUntilRefused(begun, async () => !(await canSend(world, user))),
    timeUntilRefused(begun, async () => (await tryImap(mail, auth)) !== 'ok'),
    staff.send(page, body, headers).then(({ status, location, errors }) => {
      samples.answered.push(performance.now() - begun)
      assert.deepEqual([status, location], [303, `/staff/cases/${caseId}`], errors.join())
    }),
  ])
  samples.recipientRefused.push(recipient)
  samples.authRefused.push(authRefused)
  samples.imapRefused.push(imapRefused)
  samples.imapCut.push((await cut) - begun)
  client.close()

  const { id } = await portal
    .db('measures')
    .where({ account_id: accountId, state: 'in-force' })
    .first('id')
  const lift = `/staff/measures/${id}/lift`
  const mayLift = new URLSearchParams({ _csrf: await staff.token(lift) }).toString()
  const lifted = performance.now()
  assert.equal((await staff.send(lift, mayLift, headers)).status, 303)
  await timeUntil(lifted, () => canSend(world, user))
  samples.liftedAgain.push(
    await timeUntil(lifted, async () => (await tryImap(mail, auth)) === 'ok'),
  )
}

/** @param rounds the number of accounts */
export async function measureMeasures(
  world: PortalWithMail,
  rounds: number,
): Promise<MeasureTimes> {
  const { portal } = world
  const bela = await enrolStaff(portal, 'bela.senior', 'senior')
  const samples: Samples = {
    answered: [],
    authRefused: [],
    recipientRefused: [],
    imapCut: [],
    imapRefused: [],
    liftedAgain: [],
  }
  let staff = bela.visitor
  for (let round = 0; round < rounds; round += 1) {
    const login = `sender${round}x`
    await register(portal, { login, password })
    await eventually(() => canSend(world, `${login}@${portal.settings.mailDomains[0]}`))
    if (round > 0 && round % 20 === 0) staff = await enterStaff(portal, bela)
    await measureOne(world, staff, login, measures[round % measures.length] ?? measures[0], samples)
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, each]) => [name, timesOf(each)]),
  ) as unknown as MeasureTimes
}

export async function proveAbuseMeasures(rounds: number): Promise<MeasureTimes> {
  const world = await startPortalWithMail({
    env: () => ({
      ARGON2_MEMORY_KIB: '19456',
      ARGON2_PASSES: '2',
      LOG_LEVEL: 'info',
      MEASURES_WITHOUT_SECOND_PERSON: '100000',
    }),
  })
  try {
    const times = await measureMeasures(world, rounds)
    for (const [name, { p95 }] of Object.entries(times))
      assert.ok(p95 <= 2000, `${name}: ${p95} ms`)
    return times
  } finally {
    await world.stop()
  }
}
