// An owner who recovers and a stranger who knows the password, the answer and the mailbox: what each can have under way.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { blockAccount, unblockAccount } from '#server/accounts/accounts/store.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { putLink } from '#server/recovery/backup-address/link-store.ts'
import { putConfirmation } from '#server/recovery/contacts/store.ts'
import { beginProvenFlow, keysOf } from '#server/recovery/flow/begin-recovery.ts'
import { newPasswordPath } from '#server/recovery/flow/flow-steps.ts'
import { insertFlow } from '#server/recovery/flow/store.ts'
import { insertUndo } from '#server/recovery/undo/store.ts'
import { writtenMessages } from './by-hand.ts'
import type { TestPortal } from './portal.ts'
import { type Equipped, equip } from './recovery.ts'
import { actorHeader } from './turnstile.ts'
import type { Answer, Visitor } from './visitor.ts'
import { createVisitor } from './visitor.ts'

export interface World {
  readonly portal: TestPortal
  /** Where the portal listens behind the turnstile. */
  readonly url: string
}

export interface Scene extends World {
  readonly person: Equipped
  /** What the owner chooses. */
  readonly newPassword: string
  /** Browsers of the stranger: none of them may be signed in at the end. */
  readonly strangers: Visitor[]
}

/** Sends a form that was opened before. */
export type Send = (actor: string) => Promise<Answer>

const epoch = 1
/** What the stranger chooses wherever a password may be chosen. */
export const strangersPassword = 'a sentence of the stranger'
const minutes = (count: number, { portal }: Pick<World, 'portal'>) =>
  new Date(portal.clock.now().getTime() + count * 60_000)
const client = { device: 'Firefox, Linux', place: 'Minsk, BY' }

/** Opens the form at `page`, and sends it to `path` when its time has come. */
async function prepare(
  visitor: Visitor,
  path: string,
  fields: Record<string, string>,
  page = path,
): Promise<Send> {
  const { html, status } = await visitor.get(page)
  assert.equal(status, 200, `${page} answers ${status}`)
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const kept = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]))
  const body = new URLSearchParams({ ...kept, ...fields }).toString()
  return (actor) =>
    visitor.send(path, body, {
      'content-type': 'application/x-www-form-urlencoded',
      [actorHeader]: actor,
    })
}

export async function setScene(world: World): Promise<Scene> {
  const person = await equip({ ...world.portal, visitor: () => createVisitor(world.url) })
  return {
    ...world,
    person,
    newPassword: `the owner's own sentence ${randomInt(1e9)}`,
    strangers: [],
  }
}

async function strangerIn(scene: Scene): Promise<Visitor> {
  const visitor = createVisitor(scene.url)
  scene.strangers.push(visitor)
  const { login, password } = scene.person
  const answer = await visitor.post('/sign-in', { login, password })
  assert.equal(answer.status, 303, answer.errors.join())
  return visitor
}

/** A browser with a flow that arrived at the page of the new password. */
async function provenFlow(scene: Scene, provenBy: string, proofHash?: Buffer): Promise<Visitor> {
  const { portal, person } = scene
  const visitor = createVisitor(scene.url)
  const token = newToken()
  const at = portal.clock.now()
  const about = {
    tokenHash: hashToken(token),
    accountId: person.accountId,
    epoch,
    locale: 'en',
    client,
    at,
  } as const
  await portal.db.transaction(async (trx) => {
    if (proofHash) {
      const flow = {
        ...about,
        address: person.mailbox,
        provenBy,
        proofHash,
        beginning: 'open-link',
      } as const
      return await beginProvenFlow(trx, portal.keyring, flow)
    }
    const keys = keysOf(portal.keyring, person.mailbox)
    await insertFlow(trx, {
      ...about,
      ...keys,
      provenBy,
      state: 'proven',
      expiresAt: minutes(60, scene),
    })
  })
  visitor.cookies.set('recovery', token)
  return visitor
}

const choosePassword = (visitor: Visitor, password: string) =>
  prepare(visitor, newPasswordPath, { password })

/** A link "this was not me" of a letter that lies in somebody's hand. */
async function undoLink({ portal, person }: Scene, reader: 'mailbox' | 'contact'): Promise<string> {
  const token = newToken()
  const at = portal.clock.now()
  const expiresAt = new Date(at.getTime() + 86_400_000)
  await changeAccountAsItStands(portal.db, person.accountId, (trx) =>
    insertUndo(trx, portal.keyring, {
      changeId: crypto.randomUUID(),
      accountId: person.accountId,
      change: 'sign-in.new-device',
      reader,
      tokenHash: hashToken(token),
      old: undefined,
      readerDigest: null,
      reachesBackTo: at,
      at,
      expiresAt,
    }),
  )
  return `/undo/${token}`
}

/** A code that is `123456`, on its way to a contact of somebody's choice. @returns the contact */
export async function pendingCode(
  scene: { readonly portal: TestPortal; readonly person: { readonly accountId: string } },
  kind: 'phone' | 'backup-address',
): Promise<string> {
  const { portal, person } = scene
  const number = `+37533${randomInt(1_000_000, 9_999_999)}`
  const address = `stranger${randomInt(1e9)}@elsewhere.example`
  const value = kind === 'phone' ? number : address
  const contact = { kind, value, canonical: value }
  const about = { accountId: person.accountId, epoch, code: '123456', at: portal.clock.now() }
  const times = { expiresAt: minutes(10, scene), triesAllowed: 5 }
  await changeAccountAsItStands(portal.db, person.accountId, (trx) =>
    putConfirmation(trx, portal.keyring, { ...about, ...times, contact }),
  )
  return value
}

/** The link to a new password that went to the backup address. */
async function keepLink(scene: Scene, tokenHash: Buffer): Promise<void> {
  const { portal, person } = scene
  const moments = { at: portal.clock.now(), expiresAt: minutes(60, scene) }
  await changeAccountAsItStands(portal.db, person.accountId, (trx) =>
    putLink(trx, { accountId: person.accountId, epoch, tokenHash, ...moments }),
  )
}

/** The link "this was not me" of the newest letter of this name in the mailbox. */
export async function undoInMailbox(
  { portal }: Pick<World, 'portal'>,
  mailbox: string,
  name: string,
): Promise<string> {
  const written = await writtenMessages(portal.db, portal.keyring)
  const letter = written.findLast((each) => each.to === mailbox && each.name === name)
  return `/undo/${letter?.params.undoToken ?? assert.fail(`no letter ${name}`)}`
}

/** Chooses a password where a link has led to one. A portal that leads there may turn the stranger away on that page. */
async function choosePasswordIfLed(visitor: Visitor, led: Answer, actor: string): Promise<Answer> {
  if (led.location !== newPasswordPath) return led
  const page = await visitor.get(newPasswordPath)
  return page.status === 200 ? (await choosePassword(visitor, strangersPassword))(actor) : page
}

/** Opens the link "this was not me", and chooses a password where it leads to one. */
export async function pressUndo(visitor: Visitor, link: string): Promise<Send> {
  const send = await prepare(visitor, link, {})
  return async (actor) => await choosePasswordIfLed(visitor, await send(actor), actor)
}

/** What a stranger can have under way. Each is prepared before anybody recovers. */
export const strangersActs: Readonly<Record<string, (scene: Scene) => Promise<Send>>> = {
  'sign in with the old password': async (scene) => {
    const visitor = createVisitor(scene.url)
    scene.strangers.push(visitor)
    return prepare(visitor, '/sign-in', {
      login: scene.person.login,
      password: scene.person.password,
    })
  },
  'sign in by a known browser': async (scene) => {
    const visitor = await strangerIn(scene)
    await visitor.post('/sign-out', {}, { from: '/account' })
    return prepare(visitor, '/sign-in', {
      login: scene.person.login,
      password: scene.person.password,
    })
  },
  'change the password': async (scene) =>
    prepare(await strangerIn(scene), '/account/password', { password: strangersPassword }),
  'type the password again': async (scene) =>
    prepare(await strangerIn(scene), '/account/confirm-password', {
      password: scene.person.password,
    }),
  'set a question': async (scene) => {
    const answer = { question: 'first-job', answer: 'something of a stranger' }
    return prepare(await strangerIn(scene), '/account/recovery/security-question', answer)
  },
  'make an app password': async (scene) =>
    prepare(await strangerIn(scene), '/account/app-passwords/new', { name: 'phone', imap: 'on' }),
  'link a phone': async (scene) => {
    const visitor = await strangerIn(scene)
    await pendingCode(scene, 'phone')
    return prepare(visitor, '/account/recovery/phone/confirm', { code: '123456' })
  },
  'link a backup address': async (scene) => {
    const visitor = await strangerIn(scene)
    await pendingCode(scene, 'backup-address')
    return prepare(visitor, '/account/recovery/backup-address/confirm', { code: '123456' })
  },
  'ask for a code to a phone': async (scene) => {
    const phone = `+37533${randomInt(1_000_000, 9_999_999)}`
    return prepare(await strangerIn(scene), '/account/recovery/phone', { phone })
  },
  'remove the phone': async (scene) =>
    prepare(await strangerIn(scene), '/account/recovery/phone/remove', {}, '/account/recovery'),
  'remove the backup address': async (scene) =>
    prepare(
      await strangerIn(scene),
      '/account/recovery/backup-address/remove',
      {},
      '/account/recovery',
    ),
  'end other sessions': async (scene) => {
    const visitor = await strangerIn(scene)
    return prepare(visitor, '/account/sessions/end-others', {}, '/account/sessions')
  },
  'answer the question': async (scene) => {
    const visitor = createVisitor(scene.url)
    await visitor.post('/recover', { login: scene.person.login })
    return prepare(visitor, '/recover/security-question', { answer: scene.person.answer })
  },
  'choose a password after the answer': async (scene) =>
    choosePassword(await provenFlow(scene, 'security-question'), strangersPassword),
  'use the link of a letter in the mailbox': async (scene) =>
    prepare(createVisitor(scene.url), await undoLink(scene, 'mailbox'), {}),
}

/** What lies in the stranger's hands, and is taken up when it suits them. The proof of the table in `walls-unmended.ts` plays it. */
export const keptThings: Readonly<Record<string, (scene: Scene) => Promise<Send>>> = {
  'a link to a new password': async (scene) => {
    const token = newToken()
    await keepLink(scene, hashToken(token))
    const visitor = createVisitor(scene.url)
    return async (actor) => {
      const opened = await visitor.get(`/recover/link/${token}`, { [actorHeader]: actor })
      return await choosePasswordIfLed(visitor, opened, actor)
    }
  },
  'the letter of the own new browser': async (scene) => {
    await strangerIn(scene)
    return pressUndo(
      createVisitor(scene.url),
      await undoInMailbox(scene, scene.person.mailbox, 'new-device'),
    )
  },
}

/** Ways in which the owner ends what was before. Each returns whether it arrived. */
export const ownersActs: Readonly<
  Record<string, (scene: Scene) => Promise<(actor: string) => Promise<boolean>>>
> = {
  'reset by link': async (scene) => {
    const tokenHash = hashToken(newToken())
    await keepLink(scene, tokenHash)
    const send = await choosePassword(
      await provenFlow(scene, 'backup-address', tokenHash),
      scene.newPassword,
    )
    return async (actor) => (await send(actor)).location === '/recover/done'
  },
  'reset by code': async (scene) => {
    const send = await choosePassword(await provenFlow(scene, 'phone'), scene.newPassword)
    return async (actor) => (await send(actor)).location === '/recover/done'
  },
  'reset by answer': async (scene) => {
    const send = await choosePassword(
      await provenFlow(scene, 'security-question'),
      scene.newPassword,
    )
    return async (actor) => (await send(actor)).location === '/recover/done'
  },
  'own change': async (scene) => {
    const send = await prepare(scene.person.browser, '/account/password', {
      password: scene.newPassword,
    })
    return async (actor) => (await send(actor)).location === '/account'
  },
  'undo by a contact': async (scene) => {
    const visitor = createVisitor(scene.url)
    const link = await undoLink(scene, 'contact')
    const send = await prepare(visitor, link, {})
    return async (actor) => {
      if ((await send(actor)).location !== newPasswordPath) return false
      const choose = await choosePassword(visitor, scene.newPassword)
      return (await choose(actor)).location === '/recover/done'
    }
  },
  'block and unblock':
    async ({ portal, person }) =>
    async () => {
      const { db, clock } = portal
      await changeAccountAsItStands(db, person.accountId, (trx) =>
        blockAccount(trx, person.accountId, 'x', clock.now()),
      )
      await changeAccountAsItStands(db, person.accountId, (trx) =>
        unblockAccount(trx, person.accountId),
      )
      return true
    },
}
