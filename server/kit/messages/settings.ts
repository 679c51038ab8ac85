// Settings of the gateways for mail and SMS.
import { flag, text, url } from '#server/kit/settings/setting-kinds.ts'
import {
  optional,
  required,
  row,
  type SettingsOf,
  secret,
} from '#server/kit/settings/setting-row.ts'

export const messageRows = {
  smtpUrl: optional(
    url('smtp:', 'smtps:'),
    'where mail leaves; absent in development: /dev/outbox',
    {
      ...required,
      ...secret,
    },
  ),
  mailFrom: row(
    text('an address'),
    'Postern <no-reply@postern.example>',
    'sender of every mail',
    required,
  ),
  twilioAccountSid: optional(
    text('AC…'),
    'Twilio account; absent in development: /dev/outbox',
    required,
  ),
  twilioAuthToken: optional(text(), 'token of the Twilio account', { ...required, ...secret }),
  twilioFrom: optional(
    text('a number or sender name'),
    'sender of SMS; or TWILIO_MESSAGING_SERVICE_SID',
  ),
  twilioMessagingServiceSid: optional(
    text('MG…'),
    'messaging service that chooses the sender; or TWILIO_FROM',
  ),
  twilioApiBase: optional(url('https:', 'http:'), 'a compatible endpoint in place of Twilio’s'),
  smsLinks: row(
    flag,
    'off',
    'on: an SMS about a change has a link that undoes it; phones and people take such links ' +
      'for fraud; off: a phone that was replaced gets a code to type on the site',
  ),
} as const

export type MessageSettings = SettingsOf<typeof messageRows>

export function messageFaults(settings: Partial<MessageSettings>, isProduction: boolean): string[] {
  const { twilioAccountSid, twilioFrom, twilioMessagingServiceSid } = settings
  return isProduction && twilioAccountSid && !twilioFrom && !twilioMessagingServiceSid
    ? ['TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is required in production']
    : []
}
