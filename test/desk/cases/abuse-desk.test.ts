// From a suspicious letter to a restricted sender, and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { listWaitingAppeals } from '#server/desk/appeals/appeal-store.ts'
import { decideAppeal } from '#server/desk/appeals/decide-appeal.ts'
import { listAudit, verifyAudit } from '#server/desk/audit/store.ts'
import { showCase } from '#server/desk/cases/show-case.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { claimCase } from '#server/desk/claims/claim-case.ts'
import { viewEvidence } from '#server/desk/evidence/view-evidence.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import { listQueue } from '#server/desk/queue/queue-store.ts'
import { ourDomain, sendLetter, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

const spammer = { login: 'spammer', password: 'ten thousand letters a day' }
const ada = { login: 'ada.analyst', password: 'reads every report twice' }
const bela = { login: 'bela.senior', password: 'decides what others began' }

const ids: Record<string, string> = {}
const portal = useAbusePortal({}, async (portal) => {
  for (const person of [spammer, ada, bela]) {
    await register(portal, person)
    ids[person.login] = await accountIdOf(portal, person.login)
  }
})

const idOf = (person: { login: string }) => ids[person.login] ?? ''

interface Story {
  readonly reference: string
  readonly progressHref: string
  /** What the page of the reporter says now. */
  readonly progress: () => Promise<string>
}

async function sendReport(): Promise<Story> {
  const reader = portal.visitor()
  const letter = await sendLetter(portal.keyring, {
    accountId: idOf(spammer),
    from: `spammer@${ourDomain}`,
  })
  const sent = await reader.post('/report', {
    sender: `spammer@${ourDomain}`,
    kind: 'phishing',
    message_source: letter,
    reporter: 'reader@elsewhere.example',
    note: 'It asks for my card.',
  })
  assert.deepEqual([sent.status, sent.location], [303, '/report/sent'], sent.errors.join())
  const confirmation = await reader.get('/report/sent')
  const reference = /R-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(confirmation.html)?.[0]
  assert.ok(reference)
  const progressHref = /\/report\/progress\/[\w-]+/.exec(confirmation.html)?.[0] ?? ''
  return {
    reference,
    progressHref,
    progress: async () => (await reader.get(progressHref)).html,
  }
}

async function findJudgedCase(story: Story): Promise<string> {
  await untilJudged(portal)
  const { cases } = await listQueue(portal.db, portal.keyring, {
    tab: 'new',
    staffId: idOf(ada),
    limit: 10,
  })
  const [found] = cases
  assert.ok(found)
  assert.deepEqual(
    [found.accountId, found.provenance, found.severity, found.kinds],
    [idOf(spammer), 'proven', 'high', ['phishing']],
  )
  assert.match(await story.progress(), /waits for a member of staff/)
  return found.id
}

async function lookAtCase(story: Story, caseId: string): Promise<void> {
  const { desk } = portal.parts
  const view = await showCase(desk, caseId, idOf(ada))
  assert.ok(view)
  assert.equal(view.account?.address, `spammer@${ourDomain}`)
  assert.equal(view.reports[0]?.details.subject, 'You have won a prize')
  assert.equal(view.reports[0]?.reference, story.reference)
  assert.match(await story.progress(), /looking at it/)
  const evidenceId = view.reports[0]?.evidenceId ?? ''
  const shown = await viewEvidence(desk, { evidenceId, caseId, staffId: idOf(ada) }, 'text')
  assert.ok(shown?.outcome.kind === 'letter')
  assert.match(shown.outcome.letter.text, /take it/)
  assert.deepEqual(
    shown.outcome.letter.links.map(({ defanged }) => defanged),
    ['hxxps://prize[.]bad[.]example/now'],
  )
}

async function restrictSender(story: Story, caseId: string): Promise<void> {
  const { desk } = portal.parts
  assert.equal(await claimCase(desk, caseId, idOf(ada)), true)
  const taken = await takeMeasure(
    desk,
    {
      accountId: idOf(spammer),
      caseId,
      measure: 'suspend-all',
      cause: 'phishing',
      until: new Date(portal.clock.now().getTime() + msPerDay),
    },
    { staffId: idOf(ada), right: 'analyst' },
  )
  assert.equal(taken.kind, 'taken')
  await eventually(
    async () => (await portal.platform.observe(`spammer@${ourDomain}`))?.suspension === 'all',
  )
  await eventually(async () => await portal.db('measures').whereNotNull('effective_at').first())
  assert.equal(await closeCase(desk, caseId, idOf(ada), 'measure-taken'), 'closed')
  await eventually(async () => (await story.progress()).includes('acted against the sender'))
}

async function checkNoticesToReporter(story: Story): Promise<void> {
  const mails = await awaitSent(portal, 'reader@elsewhere.example', 2)
  assert.deepEqual(
    mails.map(({ subject }) => subject),
    [`Your report ${story.reference} is closed`, `We have your report ${story.reference}`],
  )
  assert.match(mails[0]?.text ?? '', /was right: we have acted against the sender/)
  for (const { text } of mails) {
    assert.ok(text.includes(story.progressHref))
    assert.doesNotMatch(text, /spammer|my card/, 'neither the account nor what somebody wrote')
  }
}

/** The owner reads of the block after the right password alone, and appeals. */
async function appealAsOwner(): Promise<void> {
  const owner = portal.visitor()
  const wrong = await owner.post('/sign-in', { login: 'spammer', password: 'not the password' })
  assert.deepEqual([wrong.status, wrong.errors], [422, ['password.wrong']])
  assert.equal((await owner.get('/blocked')).location, '/sign-in')
  const right = await owner.post('/sign-in', spammer)
  assert.deepEqual([right.status, right.location], [303, '/blocked'])
  const page = await owner.get('/blocked')
  assert.equal(page.page, 'blocked')
  assert.match(page.html, /lure readers/)
  assert.equal((await owner.get('/account')).status, 303, 'it opens nothing')
  const appealHref = /\/appeal\/[\w-]+/.exec(page.html)?.[0] ?? ''
  const made = await owner.post(appealHref, { appeal: 'A stranger had my password.' })
  assert.deepEqual([made.status, made.location], [303, appealHref], made.errors.join())
  assert.match((await owner.get(appealHref)).html, /has arrived/)
  assert.match((await owner.get('/blocked')).html, /has arrived/)
}

async function decideAsOther(): Promise<void> {
  const { desk } = portal.parts
  const [appeal] = await listWaitingAppeals(portal.db, portal.keyring, 10)
  assert.ok(appeal)
  assert.equal(appeal.text, 'A stranger had my password.')
  const own = await decideAppeal(
    desk,
    appeal.id,
    { decision: 'kept' },
    { staffId: idOf(ada), right: 'senior' },
  )
  assert.equal(own.kind, 'not-yours', 'who took the measure does not decide')
  const decided = await decideAppeal(
    desk,
    appeal.id,
    { decision: 'lifted' },
    { staffId: idOf(bela), right: 'senior' },
  )
  assert.equal(decided.kind, 'decided')
  await eventually(
    async () => (await portal.platform.observe(`spammer@${ourDomain}`))?.suspension === 'none',
  )
  assert.equal((await portal.visitor().post('/sign-in', spammer)).location, '/account')
  const letters = async () =>
    (
      JSON.parse((await portal.visitor().get('/dev/outbox.json')).html) as {
        to: string
        text: string
      }[]
    ).filter(({ text }) => text.includes(`/staff/appeals/${appeal.id}`))
  const [verdict] = await eventually(async () => (await letters()).length > 0 && letters())
  assert.equal(verdict?.to, `${ada.login}@${ourDomain}`, 'who took the measure is told too')
  assert.match(verdict?.text ?? '', /it was lifted/)
  assert.doesNotMatch(verdict?.text ?? '', /spammer|stranger/)
  assert.equal((await letters()).length, 1)
}

async function checkAudit(caseId: string): Promise<void> {
  const actions = (await listAudit(portal.db, { caseId }, 50)).map(({ action }) => action)
  assert.deepEqual(actions.toReversed(), [
    'case.viewed',
    'evidence.viewed',
    'case.claimed',
    'measure.taken',
    'case.closed',
    'appeal.decided',
  ])
  for await (const broken of verifyAudit(portal.db, portal.keyring))
    assert.fail(JSON.stringify(broken))
}

test('a reported sender is restricted, appeals, and gets the mailbox back', async () => {
  const story = await sendReport()
  const caseId = await findJudgedCase(story)
  await lookAtCase(story, caseId)
  await restrictSender(story, caseId)
  await checkNoticesToReporter(story)
  await appealAsOwner()
  await decideAsOther()
  await checkAudit(caseId)
})
