// Mail by SMTP. Knows nodemailer and what its errors mean for a message.
import type { NodemailerError, SMTPPoolSentMessageInfo, Transporter } from 'nodemailer'
import { type MailTransport, neverConnected, type SendOutcome } from './transport.ts'

export interface SmtpOptions {
  /** `smtp://user:password@host:port`; further nodemailer options may stand in the query. */
  readonly url: string
  /** `Name <address>` or an address. */
  readonly from: string
}

/** Commands that speak of this message; a 5xx to any other one is about us (bad credentials, blocked address). */
const messageCommands = new Set(['MAIL FROM', 'RCPT TO', 'DATA'])

const beforeTheMessage = new Set(['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH'])

/** Longest waits in ms. Together below the time after which another worker may take the message. */
const waits = { connectionTimeout: 10_000, greetingTimeout: 15_000, socketTimeout: 30_000, dnsTimeout: 10_000 }

export function createSmtpTransport({ url, from }: SmtpOptions): MailTransport {
  let transporter: Promise<Transporter<SMTPPoolSentMessageInfo>> | undefined
  return {
    keeps: false,
    async send(mail) {
      try {
        transporter ??= connect(url)
        const info = await (await transporter).sendMail({
          from,
          // Security: an object is taken as one address; a string would be parsed, and a comma in it would be a second recipient.
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          date: mail.date,
          messageId: `<${mail.messageId}>`,
          // RFC 3834: no vacation notices back, and mailing software leaves it alone.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          disableFileAccess: true,
          disableUrlAccess: true,
        })
        return info.accepted.length === 1
          ? { kind: 'accepted', providerId: null }
          : { kind: 'refused', code: 'smtp.rejected' }
      } catch (fault) {
        return outcomeOf(fault as NodemailerError)
      }
    },
    close: () => void transporter?.then((pool) => pool.close()),
  }
}

/** Loaded with the first mail: a portal that starts has better things to do. */
async function connect(url: string): Promise<Transporter<SMTPPoolSentMessageInfo>> {
  const { createTransport } = await import('nodemailer')
  // A connection that breaks is for our own queue to judge: nodemailer must not send a second time by itself.
  return createTransport({ pool: true, maxConnections: 3, maxMessages: 100, maxRequeues: 0, ...waits, url })
}

function outcomeOf(fault: NodemailerError): SendOutcome {
  const { responseCode, command } = fault
  if (responseCode) {
    const code = `smtp.${responseCode}`
    return fault.permanent && messageCommands.has(command ?? '')
      ? { kind: 'refused', code }
      : { kind: 'deferred', code }
  }
  const code = `smtp.${fault.originalCode ?? fault.code ?? 'fault'}`
  if (fault.code === 'EENVELOPE') return { kind: 'refused', code }
  const unsent =
    neverConnected.has(fault.originalCode ?? '') ||
    beforeTheMessage.has(fault.code ?? '') ||
    (fault.timeoutType !== undefined && fault.timeoutType !== 'SOCKET_TIMEOUT')
  return { kind: unsent ? 'deferred' : 'unknown', code }
}
