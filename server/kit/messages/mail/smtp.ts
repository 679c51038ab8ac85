// Mail by SMTP. Knows nodemailer and what its errors mean for a message.
import type { Readable } from 'node:stream'
import type { NodemailerError, SMTPPoolSentMessageInfo, Transporter } from 'nodemailer'
import type { MailTransport, SendOutcome } from '../transport.ts'
import { loopHeaderName } from './loop-header.ts'

export interface SmtpOptions {
  /** `smtp://user:password@host:port`; further nodemailer options may stand in the query. */
  readonly url: string
  /** `Name <address>` or an address. */
  readonly from: string
}

/** Commands that speak of this message; a 5xx to any other one is about us (bad credentials, blocked address). */
const messageCommands = new Set(['MAIL FROM', 'RCPT TO', 'DATA'])

/** Longest waits in ms. Together below the time after which another worker may take the message. */
const waits = {
  connectionTimeout: 10_000,
  greetingTimeout: 15_000,
  socketTimeout: 30_000,
  dnsTimeout: 10_000,
}

export function createSmtpTransport({ url, from }: SmtpOptions): MailTransport {
  /** Texts of the messages that are under way, by message id. */
  const texts = new Map<string, Readable>()
  let transporter: Promise<Transporter<SMTPPoolSentMessageInfo>> | undefined
  return {
    keeps: false,
    async send(mail) {
      const messageId = `<${mail.messageId}>`
      try {
        transporter ??= connect(url, texts)
        const info = await (await transporter).sendMail({
          from,
          // Security: an object is taken as one address; a string would be parsed, and a comma in it would be a second recipient.
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          date: mail.date,
          messageId,
          // RFC 3834: no vacation notices back, and mailing software leaves it alone.
          headers: {
            ...{
              'Auto-Submitted': 'auto-generated',
              'X-Auto-Response-Suppress': 'All',
              [loopHeaderName]: '1',
            },
            ...unsubscribeHeaders(mail.unsubscribe),
          },
          disableFileAccess: true,
          disableUrlAccess: true,
        })
        return info.accepted.length === 1
          ? { kind: 'accepted', providerId: null }
          : { kind: 'refused', code: 'smtp.rejected' }
      } catch (fault) {
        return outcomeOf(fault as NodemailerError, texts.get(messageId))
      } finally {
        texts.delete(messageId)
      }
    },
    close: () => void transporter?.then((pool) => pool.close()),
  }
}

/** RFC 2369 and, for the one click of mail programs, RFC 8058. */
const unsubscribeHeaders = (link: string | undefined): Record<string, string> =>
  link
    ? { 'List-Unsubscribe': `<${link}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
    : {}

/** Loaded with the first mail: a portal that starts has better things to do. */
async function connect(
  url: string,
  texts: Map<string, Readable>,
): Promise<Transporter<SMTPPoolSentMessageInfo>> {
  const { createTransport } = await import('nodemailer')
  // A connection that breaks is for our own queue to judge: nodemailer must not send a second time by itself.
  const pool = createTransport({
    pool: true,
    maxConnections: 3,
    maxMessages: 100,
    maxRequeues: 0,
    ...waits,
    url,
  })
  pool.use('stream', ({ message }, done) => {
    message.processFunc((text) => {
      texts.set(message.messageId(), text as Readable)
      return text
    })
    done()
  })
  return pool
}

/** @param text undefined where no connection came about that could have taken it */
function outcomeOf(fault: NodemailerError, text: Readable | undefined): SendOutcome {
  const { responseCode, command } = fault
  if (responseCode) {
    const code = `smtp.${responseCode}`
    return fault.permanent && messageCommands.has(command ?? '')
      ? { kind: 'refused', code }
      : { kind: 'deferred', code }
  }
  const code = `smtp.${fault.originalCode ?? fault.code ?? 'fault'}`
  if (fault.code === 'EENVELOPE') return { kind: 'refused', code }
  // The text is read when the server has asked for it. Whatever broke before, be it TLS or the line, nothing was delivered.
  return { kind: text?.readableDidRead ? 'unknown' : 'deferred', code }
}
