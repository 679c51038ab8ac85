// A brake is a limit of the whole service.
// When one is reached, the operator is alerted.
import type { Db } from '#db/connection.ts'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import type { Locale } from '../i18n/texts.ts'
import type { Log } from '../log/log.ts'
import { type MessageParts, sendMessage } from '../messages/send-message.ts'

export const brakeNames = ['sms-total', 'sms-prefix', 'registration', 'spraying'] as const
export type BrakeName = (typeof brakeNames)[number]

/** Called for every refusal. Returns at once and never throws. */
export type AlertOperator = (brake: BrakeName) => void

export interface BrakeParts extends MessageParts {
  readonly db: Db
  readonly log: Pick<Log, 'warn'>
  readonly settings: { readonly alertMail?: string | undefined; readonly defaultLocale: Locale }
  readonly count?: ((brake: BrakeName) => void) | undefined
}

const lineEveryMs = 10 * msPerMinute
const messageEveryMs = msPerHour

export function createOperatorAlert(parts: BrakeParts): AlertOperator {
  const lines = new Map<BrakeName, { at: number; refusals: number }>()
  return (brake) => {
    parts.count?.(brake)
    const now = parts.clock.now()
    const last = lines.get(brake)
    if (last && now.getTime() - last.at < lineEveryMs) {
      last.refusals += 1
      return
    }
    lines.set(brake, { at: now.getTime(), refusals: 0 })
    parts.log.warn({ brake, sinceLastLine: last?.refusals ?? 0 }, 'a brake bites')
    void writeAlert(parts, brake, now).catch((fault) =>
      parts.log.warn({ brake, err: fault }, 'no alert could be sent'),
    )
  }
}

/** Has its own transaction, because the refused request may roll back. */
async function writeAlert(parts: BrakeParts, brake: BrakeName, now: Date): Promise<void> {
  const { alertMail: to, defaultLocale: locale } = parts.settings
  if (!to) return
  await parts.db.transaction((trx) =>
    sendMessage(trx, parts, {
      name: 'brake-alert',
      channel: 'mail',
      to,
      locale,
      params: { brake, at: now.toISOString() },
      dedupeKey: `brake:${brake}:${Math.floor(now.getTime() / messageEveryMs)}`,
    }),
  )
}
