// Once a day: asks owners about contacts that were proven long ago.
import {
  type AccountTrx,
  changeAccountAsItStands,
  type LockedAccount,
} from '#server/accounts/accounts/change-account.ts'
import { msPerDay } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import { readGreeting } from '#server/recovery/contacts/greeting.ts'
import type { OwnedMethod } from '#server/recovery/flow/recovery-method.ts'
import type { SiteParts } from '../parts.ts'
import { askedBefore, listOpenQuestions } from './still-yours.ts'
import { insertQuestion, wasAskedSince } from './store.ts'

const linkDays = 30
/** The letters of a round are spread over so many days. */
export const roundDays = 28
const atOnce = 200

const isShut = ({ blockedAt, closingAt, closedAt, resetDemandedAt }: LockedAccount): boolean =>
  (blockedAt ?? closingAt ?? closedAt ?? resetDemandedAt) !== null

/** Only a link that was sent to the contact itself can prove it. A phone gets no link. */
async function send(
  trx: AccountTrx,
  parts: SiteParts,
  { id: accountId, address: mailbox, epoch, locale }: LockedAccount,
  contact: LinkedContact,
): Promise<void> {
  const at = parts.clock.now()
  const until = new Date(at.getTime() + linkDays * msPerDay)
  const token = contact.kind === 'backup-address' ? newToken() : undefined
  const tokenHash = token ? hashToken(token) : null
  await insertQuestion(trx, { accountId, epoch, contact, tokenHash, at, expiresAt: until })
  const about = {
    channel: 'mail',
    locale: locale && isLocale(locale) ? locale : parts.settings.defaultLocale,
    ownerId: accountId,
  } as const
  if (!token) {
    const name = 'phone-question'
    const greet = await readGreeting(trx, parts, accountId, { contacts: [contact], at })
    const message = { ...about, name, to: mailbox, params: { mailbox }, greeted: greet() } as const
    await sendMessage(trx, parts, message)
    return
  }
  // No name here: the address may be another person’s by now.
  const name = 'contact-question'
  const params = { mailbox, token, until: until.toISOString() }
  await sendMessage(trx, parts, { ...about, name, to: contact.value, params })
}

export async function askOwner(
  parts: SiteParts,
  accountId: string,
  kind: LinkedContact['kind'],
): Promise<void> {
  const { db, clock, methods, settings } = parts
  await changeAccountAsItStands(db, accountId, async (trx, account) => {
    const at = clock.now()
    const before = askedBefore(settings, at)
    if (!before || isShut(account)) return
    if (await wasAskedSince(trx, accountId, kind, before)) return
    const contact = await methods.byId(kind).findContact(trx, accountId)
    const contacts = contact ? [contact] : []
    const [open] = await listOpenQuestions(trx, accountId, contacts, { settings, at })
    if (open) await send(trx, parts, account, open.contact)
  })
}

const kindOf = ({ id }: OwnedMethod): LinkedContact['kind'] | undefined =>
  id === 'phone' || id === 'backup-address' ? id : undefined

async function askOfDay(parts: SiteParts): Promise<void> {
  const at = parts.clock.now()
  const before = askedBefore(parts.settings, at)
  if (!before) return
  const day = Math.floor(at.getTime() / msPerDay) % roundDays
  const faults: unknown[] = []
  for (const method of parts.methods.list) {
    const kind = kindOf(method)
    if (!kind || !method.listUnproven) continue
    let page: string[] = []
    do {
      const asked = { before, day, days: roundDays, after: page.at(-1), limit: atOnce }
      page = await method.listUnproven(parts.db, asked)
      for (const accountId of page)
        await askOwner(parts, accountId, kind).catch((fault) => faults.push(fault))
    } while (page.length === atOnce)
  }
  // The queue tries again. Who was asked is not asked twice.
  if (faults.length > 0) throw faults[0]
}

export const checkTasks = (parts: SiteParts): TaskList => ({
  'check:ask': () => askOfDay(parts),
})
