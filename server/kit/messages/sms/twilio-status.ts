// Records what Twilio reports about an SMS.
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { recordDelivery } from '../delivery-store.ts'
import type { DeliveryLog } from '../try-message.ts'

export interface TwilioStatusParts {
  readonly db: Db
  readonly clock: Clock
  readonly log: DeliveryLog
  readonly settings: {
    readonly baseUrl: string
    /** Without it every report is refused. */
    readonly twilioAuthToken?: string | undefined
  }
}

export const twilioStatusPath = '/hooks/twilio/status'

export type StatusAnswer =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused' }

const statuses = new Set(
  'accepted scheduled queued sending sent delivered undelivered failed canceled read'.split(' '),
)
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @param id of our message @param signature the header `X-Twilio-Signature` */
export async function recordTwilioStatus(
  parts: TwilioStatusParts,
  id: string,
  signature: string,
  form: Readonly<Record<string, unknown>>,
): Promise<StatusAnswer> {
  const { baseUrl, twilioAuthToken } = parts.settings
  if (!twilioAuthToken || !uuid.test(id)) return { kind: 'refused' }
  const { validateRequest } = (await import('twilio')).default
  // Security: The address that Twilio signed comes from BASE_URL, whatever host the request names.
  const url = `${baseUrl}${twilioStatusPath}/${id}`
  if (!validateRequest(twilioAuthToken, signature, url, form)) return { kind: 'refused' }

  const { MessageSid: sid, MessageStatus: status, ErrorCode: code } = form
  if (typeof sid !== 'string' || !/^(SM|MM)[0-9a-f]{32}$/i.test(sid)) return { kind: 'ignored' }
  if (typeof status !== 'string' || !statuses.has(status)) return { kind: 'ignored' }
  const deliveryCode =
    typeof code === 'string' && /^\d{1,6}$/.test(code) && code !== '0' ? `twilio.${code}` : null
  const now = parts.clock.now()
  const recorded = await recordDelivery(parts.db, {
    id,
    providerId: sid,
    delivery: status,
    deliveryCode,
    now,
  })
  if (recorded && deliveryCode)
    parts.log.warn({ message: id, delivery: status, code: deliveryCode }, 'SMS not delivered')
  return { kind: recorded ? 'recorded' : 'ignored' }
}
