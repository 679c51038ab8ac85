// Traces as version 1 wrote them: letters that are still under way, or in mailboxes, carry them.
import type { Keyring } from '#server/core/keys/keyring.ts'
import { scanLetter } from '#server/core/letters/letter-shape.ts'
import type { Trace } from '#server/mail/letter-trace/trace-header.ts'
import { bindingOfV1 } from '#server/mail/letter-trace/trace-v1.ts'

export function createOldTrace(keyring: Keyring, trace: Trace, letter: string): string {
  const { fields, body } = scanLetter(letter)
  const binding = bindingOfV1(fields, body)
  const base64 = (text: string) => Buffer.from(text).toString('base64url')
  const values = {
    v: '1',
    k: keyring.newestKeyId,
    t: String(Math.floor(trace.sentAt.getTime() / 1000)),
    q: base64(trace.queueId),
    a: base64(keyring.seal('abuse.trace-account', trace.account)),
    i: binding.identity,
    s: binding.subject,
    b: binding.body,
  }
  const tags = Object.entries(values).map(([tag, value]) => `${tag}=${value}`)
  const mac = keyring.digest('abuse.trace', tags.join(';')).toString('base64url')
  return `X-Postern-Trace: ${[...tags, `h=${mac}`].join(';\r\n\t')}`
}
