import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { addressOfLogin } from '../mail-platform/login.ts'
import { type LimitedSendingParts, sendingLimitsOf } from './limited-sending.ts'
import type { PolicyRequest } from './policy-protocol.ts'
import {
  addRecipient,
  type Counted,
  countLetter,
  insertAlert,
  type LimitKind,
  openDay,
} from './store.ts'

export interface SendingParts extends LimitedSendingParts {
  readonly clock: Clock
  readonly keyring: Keyring
}

export const sendingLimitTask = 'abuse:sending-limit'

/** Makes Postfix go on to its next rule. */
export const noOpinion = 'DUNNO'

const refusals: Readonly<Record<LimitKind, (allowed: number) => string>> = {
  letters: (allowed) =>
    `554 5.7.1 Limit reached: ${allowed} letters a day. It opens again at 00:00 UTC`,
  recipients: (allowed) =>
    `554 5.7.1 Limit reached: ${allowed} different recipients a day. It opens again at 00:00 UTC`,
}

/** Counts a recipient when it is named, and a letter when all of it has come. */
export async function judgeSending(parts: SendingParts, request: PolicyRequest): Promise<string> {
  const address = addressOfLogin(request.get('sasl_username') ?? '')
  if (address === '') return noOpinion
  switch (request.get('protocol_state')) {
    case 'RCPT': {
      const { recipients } = await sendingLimitsOf(parts, address)
      const recipient = request.get('recipient') ?? ''
      const counted = await countRecipient(parts, address, recipient, recipients)
      return answerTo(parts, counted, 'recipients', recipients)
    }
    case 'END-OF-MESSAGE': {
      const { letters } = await sendingLimitsOf(parts, address)
      const counted = await countLetter(parts.db, address, dayOf(parts.clock), letters)
      return answerTo(parts, counted, 'letters', letters)
    }
    default:
      return noOpinion
  }
}

const dayOf = (clock: Clock) => clock.now().toISOString().slice(0, 10)

async function countRecipient(
  { db, clock, keyring }: SendingParts,
  address: string,
  recipient: string,
  allowed: number,
): Promise<Counted | undefined> {
  const day = dayOf(clock)
  return db.transaction(async (trx) => {
    const open = await openDay(trx, address, day)
    if (!open) return undefined
    const { accountId, recipients } = open
    const pair = `${accountId}\n${recipient.toLowerCase()}`
    const digest = keyring.digest('sending-limits.recipient', pair)
    const hasRoom = recipients < allowed
    const within = await addRecipient(trx, { accountId, day, digest, hasRoom })
    return { accountId, within }
  })
}

async function answerTo(
  { db, clock, keyring }: SendingParts,
  counted: Counted | undefined,
  kind: LimitKind,
  allowed: number,
): Promise<string> {
  if (!counted || counted.within) return noOpinion
  const { accountId } = counted
  const at = clock.now()
  await db.transaction(async (trx) => {
    const alertId = await insertAlert(trx, { accountId, day: dayOf(clock), kind, allowed, at })
    if (alertId === undefined) return
    await enqueue(trx, sendingLimitTask, { alertId })
    await recordActivity(trx, keyring, {
      accountId,
      event: `sending.${kind}-limit`,
      details: { allowed },
      at,
    })
  })
  return refusals[kind](allowed)
}
