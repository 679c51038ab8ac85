import { createSmtpTransport } from './mail/smtp.ts'
import { createTwilioTransport } from './sms/twilio.ts'
import { twilioStatusPath } from './sms/twilio-status.ts'
import {
  createKeepingTransport,
  createMissingTransport,
  type MailTransport,
  type SmsTransport,
} from './transport.ts'

export interface GatewaySettings {
  readonly portalEnv: 'development' | 'production'
  readonly baseUrl: string
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  readonly twilioAccountSid: string | undefined
  readonly twilioAuthToken: string | undefined
  readonly twilioFrom: string | undefined
  readonly twilioMessagingServiceSid: string | undefined
  readonly twilioApiBase: string | undefined
}

/** In development the outbox takes the place of a missing gateway. */
export function chooseTransports(settings: GatewaySettings): {
  readonly mail: MailTransport
  readonly sms: SmsTransport
} {
  const instead =
    settings.portalEnv === 'development' ? createKeepingTransport : createMissingTransport
  const {
    baseUrl,
    smtpUrl,
    mailFrom,
    twilioAccountSid: accountSid,
    twilioAuthToken: authToken,
  } = settings
  return {
    mail: smtpUrl ? createSmtpTransport({ url: smtpUrl, from: mailFrom }) : instead(),
    sms:
      accountSid && authToken
        ? createTwilioTransport({
            accountSid,
            authToken,
            from: settings.twilioFrom,
            messagingServiceSid: settings.twilioMessagingServiceSid,
            apiBase: settings.twilioApiBase,
            // Twilio refuses a message whose report address is not public.
            statusUrl: baseUrl.startsWith('https:') ? baseUrl + twilioStatusPath : undefined,
          })
        : instead(),
  }
}
