// Tells the operator that a limit of the whole service is being reached: one line in the log, a figure, a letter.
import type { Db } from '#db/connection.ts'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import type { Locale } from '../i18n/texts.ts'
import type { Log } from '../log/log.ts'
import type { BrakeName } from '../messages/catalogue.ts'
import { type MessageParts, sendMessage } from '../messages/send-message.ts'

export type { BrakeName } from '../messages/catalogue.ts'

/** Call it each time a brake refuses somebody. It returns at once, never throws, and tells of a flood no oftener than of one try. */
export type AlertOperator = (brake: BrakeName) => void

export interface BrakeParts extends MessageParts {
  readonly db: Db
  readonly log: Pick<Log, 'warn'>
  readonly settings: { readonly alertMail?: string | undefined; readonly defaultLocale: Locale }
  /** Where metrics are wanted. */
  readonly count?: ((brake: BrakeName) => void) | undefined
}

const lineEveryMs = 10 * msPerMinute
const letterEveryMs = msPerHour

export function createOperatorAlert(parts: BrakeParts): AlertOperator {
  const told = new Map<BrakeName, { at: number; refusals: number }>()
  return (brake) => {
    parts.count?.(brake)
    const now = parts.clock.now()
    const last = told.get(brake)
    if (last && now.getTime() - last.at < lineEveryMs) {
      last.refusals += 1
      return
    }
    told.set(brake, { at: now.getTime(), refusals: 0 })
    // The line before told of one refusal; how many followed it is told by this one.
    parts.log.warn({ brake, sinceLastLine: last?.refusals ?? 0 }, 'a brake bites')
    void writeAlert(parts, brake, now).catch((fault) =>
      parts.log.warn({ brake, err: fault }, 'no alert could be sent'),
    )
  }
}

/** In a transaction of its own: the request that met the brake may end as it likes. Of several processes one writes it. */
async function writeAlert(parts: BrakeParts, brake: BrakeName, now: Date): Promise<void> {
  const { alertMail: to, defaultLocale: locale } = parts.settings
  if (!to) return
  await parts.db.transaction((trx) =>
    sendMessage(trx, parts, {
      ...{ name: 'brake-alert', channel: 'mail', to, locale },
      params: { brake, at: now.toISOString() },
      dedupeKey: `brake:${brake}:${Math.floor(now.getTime() / letterEveryMs)}`,
    }),
  )
}
