// Sends mail by SMTP with nodemailer.
import type { Readable } from 'node:stream'
import type { NodemailerError, SMTPPoolSentMessageInfo, Transporter } from 'nodemailer'
import type { MailTransport, SendOutcome } from '../transport.ts'
import { loopHeaderName } from './loop-header.ts'

export interface SmtpOptions {
  /** `smtp://user:password@host:port?OPTION=…` with nodemailer's options. */
  readonly url: string
  /** `Name <address>` or an address. */
  readonly from: string
}

// A 5xx to one of these refuses the message. To any other command it concerns us (bad
// credentials, blocked address), so the message is tried later.
const messageCommands = new Set(['MAIL FROM', 'RCPT TO', 'DATA'])

/** Each is shorter than `tryMs` of `try-message.ts`, which ends the whole try. */
const waits = {
  connectionTimeout: 10_000,
  greetingTimeout: 15_000,
  socketTimeout: 30_000,
  dnsTimeout: 10_000,
}

export function createSmtpTransport({ url, from }: SmtpOptions): MailTransport {
  /** By Message-ID: the text of each mail under way. `outcomeOf` asks whether it was read. */
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
          // Security: A comma in an address makes no second recipient.
          // nodemailer parses a string, but takes an object as one address.
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          attachments: mail.logo ? [logoOf(mail.logo)] : [],
          date: mail.date,
          messageId,
          // RFC 3834: mailing software sends no vacation notices to such mail.
          headers: {
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
            [loopHeaderName]: '1',
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

/** Within the mail, because mail programs load nothing from elsewhere unasked. */
const logoOf = (content: Buffer) => ({
  filename: 'logo.png',
  contentType: 'image/png',
  contentDisposition: 'inline' as const,
  cid: 'logo',
  content,
})

/** RFC 2369, and RFC 8058 for one click in the mail program. */
const unsubscribeHeaders = (link: string | undefined): Record<string, string> =>
  link
    ? { 'List-Unsubscribe': `<${link}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
    : {}

/** nodemailer is loaded with the first mail, which keeps the start short. */
async function connect(
  url: string,
  texts: Map<string, Readable>,
): Promise<Transporter<SMTPPoolSentMessageInfo>> {
  const { createTransport } = await import('nodemailer')
  // Our own queue decides about repeats after a broken connection.
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

/** @param text of the mail; undefined if no connection had begun with it */
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
  // nodemailer reads the text only when the server asks for it. Before that nothing is delivered.
  return { kind: text?.readableDidRead ? 'unknown' : 'deferred', code }
}
