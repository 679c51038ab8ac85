// `npm run prove [-- NAME …]` runs the long proofs. Their figures belong into docs/proofs.md.
import assert from 'node:assert/strict'
import { cpus, totalmem } from 'node:os'
import { proveClosings } from './closings.ts'
import { proveDatabaseRestarts } from './database-restarts.ts'
import { proveAbuseLetters } from './desk/abuse-letters.ts'
import { proveAbuseLettersHttp } from './desk/abuse-letters-http.ts'
import { proveAbuseMeasures } from './desk/abuse-measures.ts'
import { proveAbuseVolume } from './desk/abuse-volume.ts'
import { fullMorning, proveClearing } from './desk/clear-queue.ts'
import { proveDeskMail } from './desk/desk-mail.ts'
import { provePostfixLetters } from './desk/postfix-letters.ts'
import { proveKillLoop } from './kill-loop.ts'
import { proveLeafFeatures } from './leaf-features.ts'
import { proveLooks } from './looks.ts'
import { proveMailPlatformOutages } from './mail-platform-outages.ts'
import { provePromptness } from './mail-platform-promptness.ts'
import { proveProvisioning } from './mail-platform-provisioning.ts'
import { mutatedParts, proveMutation } from './mutation.ts'
import { proveNotices } from './notices.ts'
import { proveRecoveryTimes } from './recovery-times.ts'
import { proveRecoveryWalk } from './recovery-walk.ts'
import { proveUndoOrderings } from './undo-orderings.ts'
import { proveWallsAtOnce } from './walls.ts'
import { proveWallsUnmended } from './walls-unmended.ts'

interface Proof {
  readonly name: string
  readonly what: string
  /** Throws if the proof fails. */
  readonly run: () => Promise<unknown>
}

const proofs: readonly Proof[] = [
  { name: 'kill-loop', what: '200 kills under registrations', run: () => proveKillLoop(200) },
  {
    name: 'closings',
    what: '200 kills under closings, returns within the days, and ends',
    run: async () => {
      const figures = await proveClosings(200, 25)
      assert.ok(figures.returns >= 100 && figures.goneBetween >= 100, JSON.stringify(figures))
      return figures
    },
  },
  {
    name: 'database-restarts',
    what: '30 restarts and kills of PostgreSQL under registrations, web and worker in one process',
    run: () => proveDatabaseRestarts(30),
  },
  {
    name: 'leaf-features',
    what: 'three features deleted in a copy: types, lint and all other tests',
    run: () => proveLeafFeatures(),
  },
  {
    name: 'abuse-volume',
    what: 'queue, search and case page over 1,000,000 reports in 200,000 cases',
    run: () => proveAbuseVolume({ reports: 1_000_000, cases: 200_000, rounds: 40, allowedMs: 100 }),
  },
  {
    name: 'clear-queue',
    what: 'an analyst clears 400 reports by keyboard in under 150 actions, without scripts in under 300',
    run: async () => ({
      keyboard: await proveClearing(fullMorning, 'keyboard', 150),
      'without scripts': await proveClearing(fullMorning, 'no-scripts', 300),
    }),
  },
  {
    name: 'abuse-letters',
    what: '10,000 mutated letters',
    run: () => proveAbuseLetters({ runs: 10_000 }),
  },
  {
    name: 'abuse-letters-http',
    what:
      '10,000 mutated letters by form and file, 2,000 mails by LMTP, to a running ' +
      'portal that judges them',
    run: () =>
      proveAbuseLettersHttp({ letters: 10_000, mails: 2000, allowedMs: 1000, openedEvery: 20 }),
  },
  {
    name: 'desk-mail',
    what: 'mail of 125 kinds to the desk by LMTP and IMAP, 50 kills: each has its reports once',
    run: () => proveDeskMail({ kills: 50 }),
  },
  {
    name: 'abuse-postfix',
    what:
      '400 letters through real Postfix by a sender who knows the source, and 10,000 ' +
      'changes of them',
    run: () => provePostfixLetters({ letters: 398, large: [11, 24.5], changes: 25, seed: 1 }),
  },
  {
    name: 'abuse-measures',
    what: 'measures taken in the console as the mail programs of 60 accounts see them',
    run: () => proveAbuseMeasures(60),
  },
  {
    name: 'mail-outages',
    what: 'five minutes of killed mail servers and directory',
    run: () => proveMailPlatformOutages(300),
  },
  {
    name: 'mail-promptness',
    what: 'changes as 60 mail programs see them',
    run: () => provePromptness(60),
  },
  {
    name: 'mail-provisioning',
    what: '10,000 mailboxes set up, compared and mended',
    run: () => proveProvisioning(10_000),
  },
  {
    name: 'looks',
    what: 'every page in every language, light and dark, measured in Chromium',
    run: () => proveLooks(),
  },
  {
    name: 'notices',
    what:
      '40 people change passwords and ways back in while the worker is killed; each ' +
      'notice arrives once',
    run: () =>
      proveNotices({ people: 40, atOnce: 8, lifeMs: 6000, slowMs: 400, patienceSeconds: 420 }),
  },
  {
    name: 'recovery-times',
    what: 'known, blocked, method-less and unknown names take the same times, 400 samples each',
    run: () => proveRecoveryTimes(400),
  },
  {
    name: 'recovery-walk',
    what: '300 random walks of several browsers through recovery',
    run: () => proveRecoveryWalk({ walks: 300, rounds: 60 }),
  },
  {
    name: 'walls',
    what:
      'after a finished recovery nothing that was begun before has an effect, in 20,000 ' +
      'schedules of held requests',
    run: () => proveWallsAtOnce({ schedules: 20_000, seed: 1 }, 4),
  },
  {
    name: 'walls-unmended',
    what:
      'without the walls each row of what survived a recovery is seen, and with them ' +
      'the same schedules have no effect',
    run: () => proveWallsUnmended(),
  },
  {
    name: 'undo-orderings',
    what:
      'three things that a stranger does, in every order, and each act of the owner: no ' +
      'way back, no contact lost without a word',
    run: () =>
      proveUndoOrderings({
        letters: 3,
        oneOf: 1,
        again: 'all of one letter, or of one and a password',
      }),
  },
  ...Object.entries(mutatedParts).map(([name, part]) => ({
    name: `mutation-${name}`,
    what: `of the small changes to ${part.files.join(', ')} at least 85 % make a test fail`,
    run: () => proveMutation(name, part),
  })),
]

/** `mutation` stands for all names that begin with `mutation-`. */
const isMeant = ({ name }: Proof, by: string) => name === by || name.startsWith(`${by}-`)

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !proofs.some((proof) => isMeant(proof, name)))
if (unknown.length > 0) {
  console.error(
    `unknown: ${unknown.join(', ')}. There are: ${proofs.map((proof) => proof.name).join(', ')}`,
  )
  process.exit(2)
}

console.log(
  `${new Date().toISOString()}, ${cpus().length} × ${cpus()[0]?.model}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
)
let failed = 0
for (const proof of proofs.filter(
  (each) => wanted.length === 0 || wanted.some((name) => isMeant(each, name)),
)) {
  const begun = performance.now()
  try {
    const figures = await proof.run()
    console.log(
      `holds  ${proof.name}: ${proof.what} (${((performance.now() - begun) / 1000).toFixed(0)} s)`,
    )
    console.log(JSON.stringify(figures, null, 2))
  } catch (fault) {
    failed += 1
    console.error(`BROKEN ${proof.name}: ${proof.what}\n`, fault)
  }
}
process.exit(failed === 0 ? 0 : 1)
