// An owner who recovers, and a stranger who knows the password, the answer and the mailbox.
// This file lists what each of them can have under way.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { msPerDay, msPerMinute } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { putLink } from '#server/recovery/backup-address/link-store.ts'
import { putConfirmation } from '#server/recovery/contacts/store.ts'
import { beginProvenFlow, keysOf } from '#server/recovery/flow/begin-recovery.ts'
import { newPasswordPath } from '#server/recovery/flow/flow-steps.ts'
import { insertFlow } from '#server/recovery/flow/store.ts'
import { insertUndo } from '#server/recovery/undo/store.ts'
import { blockAccount, unblockAccount } from '#test/support/account-lock.ts'
import type { TestPortal } from '../portal.ts'
import type { Answer, Visitor } from '../visitor.ts'
import { createVisitor } from '../visitor.ts'
import { writtenMessages } from './by-hand.ts'
import { type Equipped, equip } from './recovery.ts'
import { actorHeader } from './turnstile.ts'

export interface World {
  readonly portal: TestPortal
  /** Where the portal listens behind the turnstile. */
  readonly url: string
}

export interface Scene extends World {
  readonly person: Equipped
  /** The owner's choice. */
  readonly newPassword: string
  /** The stranger's browsers. None of them may be signed in at the end. */
  readonly strangers: Visitor[]
}

/** Sends a form that is open already. */
export type Send = (actor: string) => Promise<Answer>

const epoch = 1
export const strangersPassword = 'a sentence of the stranger'
const minutes = (count: number, { portal }: Pick<World, 'portal'>) =>
  new Date(portal.clock.now().getTime() + count * msPerMinute)
const client = { device: 'Firefox, Linux', place: 'Minsk, BY' }

/** Opens the form at `page`. @returns sends it to `path` */
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

const credentialsOf = ({ person: { login, password } }: Scene) => ({ login, password })

async function strangerIn(scene: Scene): Promise<Visitor> {
  const visitor = createVisitor(scene.url)
  scene.strangers.push(visitor)
  const answer = await visitor.post('/sign-in', credentialsOf(scene))
  assert.equal(answer.status, 303, answer.errors.join())
  return visitor
}

/** A browser whose flow has reached the page of the new password. */
async function provenFlow(scene: Scene, provenBy: string, proofHash?: Buffer): Promise<Visitor> {
  const { portal, person } = scene
  const visitor = createVisitor(scene.url)
  const token = newToken()
  const at = portal.clock.now()
  const { accountId, mailbox } = person
  const tokenHash = hashToken(token)
  const about = { tokenHash, accountId, epoch, locale: 'en', client, at, provenBy } as const
  await portal.db.transaction(async (trx) => {
    if (proofHash) {
      const flow = { ...about, address: mailbox, proofHash, beginning: 'open-link' } as const
      return await beginProvenFlow(trx, portal.keyring, flow)
    }
    const keys = keysOf(portal.keyring, mailbox)
    const expiresAt = minutes(60, scene)
    await insertFlow(trx, { ...about, ...keys, state: 'proven', expiresAt })
  })
  visitor.cookies.set('recovery', token)
  return visitor
}

const choosePassword = (visitor: Visitor, password: string) =>
  prepare(visitor, newPasswordPath, { password })

/** A link "this was not me" from a letter. */
async function undoLink({ portal, person }: Scene, reader: 'mailbox' | 'contact'): Promise<string> {
  const token = newToken()
  const at = portal.clock.now()
  const expiresAt = new Date(at.getTime() + msPerDay)
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

/** Puts the code `123456` for a new contact. @returns the contact */
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

/** Puts the link to a new password that the backup address gets. */
async function keepLink(scene: Scene, tokenHash: Buffer): Promise<void> {
  const { portal, person } = scene
  const moments = { at: portal.clock.now(), expiresAt: minutes(60, scene) }
  await changeAccountAsItStands(portal.db, person.accountId, (trx) =>
    putLink(trx, { accountId: person.accountId, epoch, tokenHash, ...moments }),
  )
}

/** The link of the newest letter of this name. */
export async function undoInMailbox(
  { portal }: Pick<World, 'portal'>,
  mailbox: string,
  name: string,
): Promise<string> {
  const written = await writtenMessages(portal.db, portal.keyring)
  const letter = written.findLast((each) => each.to === mailbox && each.name === name)
  return `/undo/${letter?.params.undoToken ?? assert.fail(`no letter ${name}`)}`
}

/** Chooses a password if the link leads to that page and the page opens. */
async function choosePasswordIfLed(visitor: Visitor, led: Answer, actor: string): Promise<Answer> {
  if (led.location !== newPasswordPath) return led
  const page = await visitor.get(newPasswordPath)
  return page.status === 200 ? (await choosePassword(visitor, strangersPassword))(actor) : page
}

/** Opens the link "this was not me", and chooses a password if it leads to one. */
export async function pressUndo(visitor: Visitor, link: string): Promise<Send> {
  const send = await prepare(visitor, link, {})
  return async (actor) => await choosePasswordIfLed(visitor, await send(actor), actor)
}

/** The stranger's requests. Each is prepared before anybody recovers. */
export const strangersActs: Readonly<Record<string, (scene: Scene) => Promise<Send>>> = {
  'sign in with the old password': async (scene) => {
    const visitor = createVisitor(scene.url)
    scene.strangers.push(visitor)
    return prepare(visitor, '/sign-in', credentialsOf(scene))
  },
  'sign in by a known browser': async (scene) => {
    const visitor = await strangerIn(scene)
    await visitor.post('/sign-out', {}, { from: '/account' })
    return prepare(visitor, '/sign-in', credentialsOf(scene))
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

/** What a stranger keeps and uses later. Only the proof in `walls-unmended.ts` plays it. */
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

type OwnersAct = (actor: string) => Promise<boolean>

async function resetIn(visitor: Visitor, { newPassword }: Scene): Promise<OwnersAct> {
  const send = await choosePassword(visitor, newPassword)
  return async (actor) => (await send(actor)).location === '/recover/done'
}

/** Ways in which the owner ends everything before. Each act returns whether it succeeded. */
export const ownersActs: Readonly<Record<string, (scene: Scene) => Promise<OwnersAct>>> = {
  'reset by link': async (scene) => {
    const tokenHash = hashToken(newToken())
    await keepLink(scene, tokenHash)
    return await resetIn(await provenFlow(scene, 'backup-address', tokenHash), scene)
  },
  'reset by code': async (scene) => await resetIn(await provenFlow(scene, 'phone'), scene),
  'reset by answer': async (scene) =>
    await resetIn(await provenFlow(scene, 'security-question'), scene),
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
        blockAccount(trx, person.accountId, clock.now()),
      )
      await changeAccountAsItStands(db, person.accountId, (trx) =>
        unblockAccount(trx, person.accountId),
      )
      return true
    },
}
