// A stranger reads the mailbox and knows password and answer. The owner holds the contacts.
// Once the owner has acted, no link leads the stranger back in, and taken contacts got notices.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Db, Trx } from '#db/connection.ts'
import { changeOwnPassword } from '#server/access/password/change-own-password.ts'
import {
  type AccountTrx,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { findAccount, insertAccount } from '#server/accounts/accounts/store.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import { blockByOperator, liftByOperator } from '#server/desk/measures/operator/operator-block.ts'
import { wantMailbox } from '#server/mail/mailboxes/want-mailbox.ts'
import { putLink } from '#server/recovery/backup-address/link-store.ts'
import { putBackupAddress, removeBackupAddress } from '#server/recovery/backup-address/store.ts'
import { givesWayBack } from '#server/recovery/contacts/contact.ts'
import { notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import { beginProvenFlow } from '#server/recovery/flow/begin-recovery.ts'
import { findFlow } from '#server/recovery/flow/store.ts'
import { changeMethod, type MethodChange } from '#server/recovery/methods/change-method.ts'
import { putPhone, removePhone } from '#server/recovery/phone/store.ts'
import { resetPassword } from '#server/recovery/reset/reset-password.ts'
import {
  findSecurityQuestion,
  putSecurityQuestion,
} from '#server/recovery/security-question/store.ts'
import { describeUndo, undoChange } from '#server/recovery/undo/undo-change.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'

type Kind = 'phone' | 'backup-address'
const kinds: readonly Kind[] = ['phone', 'backup-address']

const owner = { device: 'Firefox, Linux', place: 'Minsk, BY' }
const stranger = { device: 'Chrome, Windows', place: 'Elsewhere' }

let portal: TestPortal

/** One life of the account, in a transaction that is rolled back. */
interface Life {
  readonly db: Db
  readonly id: string
  readonly mailbox: string
  readonly owns: Readonly<Record<Kind, string>>
  readonly stolen: Readonly<Record<Kind, string>>
  readonly tried: { orderings: number }
}

let lives = 0
const newLife = (): Life => {
  lives += 1
  return {
    db: portal.db,
    id: randomUUID(),
    mailbox: `anna${lives}@postern.example`,
    tried: { orderings: 0 },
    owns: { phone: `+37529111000${lives}`, 'backup-address': `owner${lives}@elsewhere.example` },
    stolen: {
      phone: `+37533111000${lives}`,
      'backup-address': `stranger${lives}@elsewhere.example`,
    },
  }
}

const partsIn = ({ db }: Life) => ({ ...portal.parts, db })
const now = () => portal.clock.now()
const days = (count: number) => new Date(now().getTime() + count * 86_400_000)
/** Later than all that was done before. */
const later = () => portal.clock.advance(60_000)

/** Does the work and rolls it back. */
async function suppose<T>(life: Life, work: (then: Life) => Promise<T>): Promise<T> {
  const before = new Error('as before')
  let result: { readonly of: T } | undefined
  await life.db
    .transaction(async (trx) => {
      result = { of: await work({ ...life, db: trx as unknown as Db }) }
      throw before
    })
    .catch((fault: unknown) => {
      if (fault !== before) throw fault
    })
  return result?.of as T
}

const through = <T>({ db, id }: Life, work: (trx: AccountTrx) => Promise<T>) =>
  changeAccountAsItStands(db, id, work)
const proofIn = async ({ db, id }: Life) => ({
  accountId: id,
  epoch: (await findAccount(db, id))?.epoch ?? 0,
})
const hashed = async (plain: string) => ({ plain, verifier: await portal.parts.hasher.hash(plain) })

async function put(life: Life, trx: AccountTrx, kind: Kind, value: string, at: Date) {
  const moments = { accountId: life.id, confirmedAt: at, provenAt: at, at }
  return kind === 'phone'
    ? await putPhone(trx, portal.keyring, { ...moments, e164: value })
    : await putBackupAddress(trx, portal.keyring, { ...moments, address: value, canonical: value })
}

const contactOf = async (life: Life, kind: Kind) =>
  (await portal.parts.methods.byId(kind).findContact(life.db, life.id))?.value
const contactsOf = async (life: Life) => {
  const found: string[] = []
  for (const kind of kinds) found.push((await contactOf(life, kind)) ?? '')
  return found.filter((value) => value !== '')
}

interface Link {
  readonly to: string
  readonly token: string
}

async function noticesIn(life: Life) {
  const written = await writtenMessages(life.db, portal.keyring)
  return written.filter(({ params }) => params.mailbox === life.mailbox)
}

const linksIn = async (life: Life): Promise<Link[]> =>
  (await noticesIn(life)).flatMap(({ to, params }) =>
    to && params.undoToken ? [{ to, token: params.undoToken }] : [],
  )

const powerOf = async (life: Life, token: string) =>
  (await describeUndo(partsIn(life), token))?.power
const press = async (life: Life, token: string, client = owner) =>
  (await undoChange(partsIn(life), token, { locale: 'en', client }, () => hashToken(newToken())))
    .kind

/** A step that could not be taken as things stand. */
const impossible = 'impossible'
type Step = (life: Life) => Promise<unknown>

async function changeOne(
  life: Life,
  change: (trx: AccountTrx, at: Date) => Promise<MethodChange | typeof impossible>,
) {
  const asking = { ...(await proofIn(life)), client: stranger }
  return await changeMethod<unknown>(partsIn(life), asking, async (trx, at) => {
    const done = await change(trx, at)
    return done === impossible ? { outcome: impossible } : { outcome: 'done', done }
  })
}

const replaceOrAdd =
  (kind: Kind, wanted: 'added' | 'changed'): Step =>
  async (life) => {
    const held = await contactOf(life, kind)
    if (held === life.stolen[kind] || (held === undefined) !== (wanted === 'added'))
      return impossible
    return await changeOne(life, async (trx, at) => {
      const done = await put(life, trx, kind, life.stolen[kind], at)
      assert.ok(done.kind === 'put')
      return {
        method: kind,
        what: wanted,
        old: done.old,
        added: { kind, value: life.stolen[kind], canonical: life.stolen[kind] },
      }
    })
  }

const remove =
  (kind: Kind): Step =>
  (life) =>
    changeOne(life, async (trx) => {
      const take = kind === 'phone' ? removePhone : removeBackupAddress
      const old = await take(trx, portal.keyring, life.id)
      return old ? { method: kind, what: 'removed', old } : impossible
    })

async function setQuestion(life: Life, trx: AccountTrx, at: Date) {
  const answer = { answerVerifier: 'v', answerKeyId: portal.keyring.newestKeyId }
  return await putSecurityQuestion(trx, {
    accountId: life.id,
    question: 'first-job',
    ...answer,
    at,
  })
}

/** Whose the question is that answers open. The owner set one long ago. */
async function isQuestionOf(life: Life, whose: typeof owner): Promise<boolean> {
  const found = await findSecurityQuestion(life.db, life.id)
  if (found?.state !== 'set' || found.doubtful) return false
  return found.setAt <= days(-20) === (whose === owner)
}

let resets = 0

/** Proves it by the method as it stands, and sets a new password. */
async function resetBy(life: Life, method: MethodId, by: typeof owner): Promise<string> {
  const { epoch } = await proofIn(life)
  const [tokenHash, proofHash, at] = [hashToken(newToken()), hashToken(newToken()), now()]
  await through(life, async (trx) => {
    await putLink(trx, { accountId: life.id, epoch, tokenHash: proofHash, at, expiresAt: days(1) })
    await beginProvenFlow(trx, portal.keyring, {
      tokenHash,
      accountId: life.id,
      epoch,
      address: life.mailbox,
      beginning: 'open-link',
      provenBy: method,
      proofHash,
      locale: 'en',
      client: by,
      at,
    })
  })
  const flow = await findFlow(life.db, tokenHash, at)
  assert.ok(flow)
  resets += 1
  const { kind } = await resetPassword(
    partsIn(life),
    flow,
    `a new and longer sentence, number ${resets}`,
    by,
  )
  // A contact in doubt opens nothing beside another one.
  if (kind === 'dead-link') return impossible
  assert.equal(kind, 'done')
  return kind
}

const changePassword = async (life: Life, client: typeof owner) =>
  changeOwnPassword(
    partsIn(life),
    { ...(await proofIn(life)), client },
    await hashed('another long sentence'),
    now(),
  )

/** What the stranger can do with password, answer and mailbox. */
const letters: Readonly<Record<string, Step>> = {
  'new-device': (life) =>
    through(life, (trx) =>
      notifyOwner(trx, partsIn(life), {
        accountId: life.id,
        name: 'new-device',
        params: {},
        change: 'sign-in.new-device',
        at: now(),
        client: stranger,
      }),
    ),
  'phone added': replaceOrAdd('phone', 'added'),
  'address added': replaceOrAdd('backup-address', 'added'),
  'phone changed': replaceOrAdd('phone', 'changed'),
  'address changed': replaceOrAdd('backup-address', 'changed'),
  'phone removed': remove('phone'),
  'address removed': remove('backup-address'),
  'question changed': (life) =>
    changeOne(life, async (trx, at) => {
      const what = await setQuestion(life, trx, at)
      return what === 'removed' ? impossible : { method: 'security-question', what }
    }),
  'password changed': (life) => changePassword(life, stranger),
  'reset by question': (life) => resetBy(life, 'security-question', stranger),
  'reset by own contact': async (life) => {
    for (const kind of kinds)
      if ((await contactOf(life, kind)) === life.stolen[kind]) return resetBy(life, kind, stranger)
    return impossible
  },
  'undo from the mailbox': async (life) => {
    const link = (await linksIn(life)).filter(({ to }) => to === life.mailbox).at(-1)
    return link ? press(life, link.token, stranger) : impossible
  },
}

/** Of links in this order, the first that gives a new password. */
async function firstAlive(life: Life, links: readonly Link[]): Promise<string | undefined> {
  for (const { token } of links) if ((await powerOf(life, token)) === 'restore') return token
  return undefined
}

const pressFrom =
  (kind: Kind, which: 0 | -1): Step =>
  async (life) => {
    const links = (await linksIn(life)).filter(({ to }) => to === life.owns[kind])
    const newest = await firstAlive(life, links.toReversed())
    const token = which === 0 ? await firstAlive(life, links) : newest
    // One link is the newest and the oldest.
    if (token === undefined || (which === 0 && token === newest)) return impossible
    assert.equal(await press(life, token), 'new-password')
    return 'restored'
  }

/** What the owner does then, with what is still theirs. */
const acts: Readonly<Record<string, Step>> = {
  'reset by phone': async (life) =>
    (await contactOf(life, 'phone')) === life.owns.phone
      ? resetBy(life, 'phone', owner)
      : impossible,
  'reset by address': async (life) =>
    (await contactOf(life, 'backup-address')) === life.owns['backup-address']
      ? resetBy(life, 'backup-address', owner)
      : impossible,
  'reset by question': async (life) =>
    (await isQuestionOf(life, owner)) ? resetBy(life, 'security-question', owner) : impossible,
  'undo from the phone': pressFrom('phone', -1),
  'undo from the phone, by the oldest link': pressFrom('phone', 0),
  'undo from the address': pressFrom('backup-address', -1),
  'undo from the address, by the oldest link': pressFrom('backup-address', 0),
  'undo from the mailbox': letters['undo from the mailbox'] ?? assert.fail(),
  'own change': (life) => changePassword(life, owner),
  'block and unblock': (life) =>
    through(life, async (trx) => {
      const { desk } = portal.parts
      assert.ok(await blockByOperator(trx, desk, life.id, { reason: 'x', at: now() }))
      assert.ok(await liftByOperator(trx, desk, life.id, now()))
    }),
}

async function keptIn({ db, id }: Life): Promise<string> {
  const { password_verifier } = await db('accounts').where({ id }).first()
  const rows = [password_verifier]
  for (const table of ['phones', 'backup_addresses', 'security_questions'])
    rows.push(await db(table).where({ account_id: id }).first())
  return JSON.stringify(rows)
}

/** Beside a contact of the owner's, nothing that the stranger set opens the mailbox. */
async function assertNoWayOfTheirs(life: Life, said: string): Promise<void> {
  const found = await portal.parts.methods.contactsOf(life.db as unknown as Trx, life.id)
  if (!found.some(({ kind, value, doubtful }) => value === life.owns[kind] && !doubtful)) return
  for (const contact of found)
    if (contact.value === life.stolen[contact.kind])
      assert.equal(givesWayBack(contact, found), false, `${said}: ${contact.kind} of the stranger`)
  assert.equal(await isQuestionOf(life, stranger), false, `${said}: question of the stranger`)
}

/** The stranger's links end sessions, and do nothing more. */
async function assertNoWayBack(life: Life, said: string): Promise<void> {
  const theirs = [life.mailbox, ...Object.values(life.stolen)]
  const kept = await keptIn(life)
  let newest: Link | undefined
  const links = await linksIn(life)
  for (const reader of theirs) {
    const read = links.filter(({ to }) => to === reader)
    // Of many that went to one place, those of the middle share the fate of one of these.
    for (const link of new Set([read[0], read[1], read.at(-2), read.at(-1)])) {
      const power = link && (await powerOf(life, link.token))
      if (power === undefined) continue
      assert.equal(power, 'end-sessions', `${said}: a link to ${reader}`)
      newest = link
    }
  }
  if (!newest) return
  const { to, token } = newest
  await suppose(life, async (then) => {
    assert.equal(await press(then, token, stranger), 'sessions-ended', `${said}: a link to ${to}`)
    assert.equal(await keptIn(then), kept, `${said}: a link to ${to}`)
  })
}

const sameSet = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((each) => other.includes(each))

/** Each contact that was taken got a notice. */
async function assertAllNotified(
  life: Life,
  everLinked: ReadonlySet<string>,
  said: string,
): Promise<void> {
  const linked = await contactsOf(life)
  const notices = await noticesIn(life)
  for (const contact of everLinked) {
    if (linked.includes(contact)) continue
    const words = notices.filter(
      ({ to, name }) => to === contact && /^recovery-method-(?:changed|removed)$/.test(name),
    )
    assert.ok(words.length > 0, `${said}: ${contact} was taken without a word`)
  }
}

/** Knowing the password is not enough to disarm the links of an earlier contact. */
async function assertWordKept(life: Life, start: readonly Kind[], said: string): Promise<void> {
  const links = await linksIn(life)
  for (const kind of start) {
    const own = links.filter(({ to }) => to === life.owns[kind])
    if (own.length === 0) continue
    assert.ok(
      await firstAlive(life, own.toReversed()),
      `${said}: ${life.owns[kind]} has no link that brings it back`,
    )
  }
}

async function begin(life: Life, start: readonly Kind[]): Promise<void> {
  const { db, id } = life
  const password = await hashed('бусел ляціць над вёскай')
  await db.transaction(async (outer) => {
    const account = {
      id,
      address: life.mailbox,
      passwordVerifier: password.verifier,
      locale: 'en',
      at: days(-60),
    }
    const trx = await insertAccount(outer, account)
    await wantMailbox(trx, portal.parts, {
      accountId: id,
      address: life.mailbox,
      password,
      at: days(-60),
    })
    for (const kind of start) await put(life, trx, kind, life.owns[kind], days(-30))
    await setQuestion(life, trx, days(-30))
  })
}

/** After the undo the stranger changes one contact again, and perhaps the password. */
async function everyAttackAgain(
  life: Life,
  start: readonly Kind[],
  done: readonly string[],
  ever: ReadonlySet<string>,
) {
  for (const [letter, write] of Object.entries(letters)) {
    if (!/^(?:phone|address) /.test(letter)) continue
    for (const further of [[], ['password changed']])
      await suppose(life, async (then) => {
        later()
        const outcome = await write(then)
        if (
          outcome === impossible ||
          (outcome as { kind?: string } | undefined)?.kind === 'probation'
        )
          return
        const linked = new Set([...ever, ...(await contactsOf(then))])
        for (const one of further) {
          later()
          await letters[one]?.(then)
        }
        await everyAct(then, start, [...done, letter, ...further], linked, 'second attack')
      })
  }
}

/** Every act of the owner after what was done until now. After a second attack every undo is. */
async function everyAct(
  life: Life,
  start: readonly Kind[],
  done: readonly string[],
  ever: ReadonlySet<string>,
  which: 'only attack' | 'first attack' | 'second attack',
) {
  for (const [act, take] of Object.entries(acts)) {
    const isUndo = /^undo from the (?:phone|address)/.test(act)
    if (which === 'second attack' && !isUndo) continue
    await suppose(life, async (then) => {
      later()
      if ((await take(then)) === impossible) return
      life.tried.orderings += 1
      const said = [...start, ':', ...done, '→', act].join(' ')
      await assertNoWayBack(then, said)
      await assertNoWayOfTheirs(then, said)
      await assertAllNotified(then, ever, said)
      await assertWordKept(then, start, said)
      // A link takes back what it disputes and what came later. The oldest one disputes everything.
      const isWhole = sameSet(
        await contactsOf(then),
        start.map((kind) => life.owns[kind]),
      )
      assert.ok(
        isWhole || !isUndo || (which !== 'second attack' && !act.endsWith('by the oldest link')),
        said,
      )
      if (isWhole && isUndo && which === 'first attack')
        await everyAttackAgain(then, start, [...done, `→ ${act},`], ever)
    })
  }
}

interface Walk {
  readonly start: readonly Kind[]
  readonly letters: number
  readonly oneOf: number
  /** Whether the stranger begins once more when all of this was undone. */
  readonly isRepeated: (done: readonly string[]) => boolean
}

const endsInPassword = (done: readonly string[]) =>
  done.length === 2 && done.at(-1) === 'password changed'

async function everyLetter(
  life: Life,
  walk: Walk,
  done: readonly string[],
  ever: ReadonlySet<string>,
) {
  const { start, letters: atMost, oneOf } = walk
  const which = walk.isRepeated(done) ? 'first attack' : 'only attack'
  if (done.length > 0) await everyAct(life, start, done, ever, which)
  if (done.length === atMost) return
  for (const [nth, [letter, write]] of Object.entries(letters).entries()) {
    if (done.length > 0 && (nth + Object.keys(letters).indexOf(done.at(-1) ?? '')) % oneOf !== 0)
      continue
    await suppose(life, async (then) => {
      later()
      const outcome = await write(then)
      if (
        outcome === impossible ||
        (outcome as { kind?: string } | undefined)?.kind === 'probation'
      )
        return
      const linked = new Set([...ever, ...(await contactsOf(then))])
      const all = [...done, letter]
      await assertWordKept(then, start, all.join(' '))
      await assertAllNotified(then, linked, all.join(' '))
      await everyLetter(then, walk, all, linked)
    })
  }
}

/**
 * @param how.letters what the stranger does, one after the other, at most
 * @param how.oneOf of longer orderings one of so many is tried; all where it is 1
 * @param how.again after which first attacks a second one is tried
 * @returns how many orderings were tried
 */
export async function proveUndoOrderings(how: {
  readonly letters: number
  readonly oneOf: number
  readonly again: 'a share' | 'all of one letter, or of one and a password'
}): Promise<number> {
  portal = await startTestPortal({ worker: false })
  try {
    // Otherwise the first life to enqueue a task locks its row, and the others wait.
    const identifiers = Object.keys(portal.tasks).map((identifier) => ({ identifier }))
    await portal.db('graphile_worker._private_tasks').insert(identifiers).onConflict().ignore()
    const starts = [['phone', 'backup-address'], ['phone'], ['backup-address']] as const
    let tried = 0
    // One after the other: a block locks the head of the audit chain until it is taken back.
    for (const start of starts) {
      const isRepeated = (done: readonly string[]) =>
        how.again === 'a share'
          ? start.length === 1 && endsInPassword(done) && /^(?:phone|address) /.test(done[0] ?? '')
          : done.length === 1 || endsInPassword(done)
      const life = newLife()
      await suppose(life, async (then) => {
        await begin(then, start)
        await everyLetter(then, { ...how, start, isRepeated }, [], new Set(await contactsOf(then)))
      })
      tried += life.tried.orderings
    }
    return tried
  } finally {
    await portal.stop()
  }
}
