// Reads the mails and SMS that the portal sent to a person.
import assert from 'node:assert/strict'
import { eventually, type TestPortal } from '../portal.ts'

export interface Sent {
  readonly at: string
  readonly channel: 'mail' | 'sms'
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Newest first. */
export async function sentTo(portal: TestPortal, to: string): Promise<Sent[]> {
  const response = await fetch(`${portal.url}/dev/outbox.json`)
  assert.equal(response.status, 200)
  const all = (await response.json()) as Sent[]
  return all.filter((message) => message.to === to)
}

/** Waits until `count` messages have arrived, and returns them, newest first. */
export const awaitSent = (portal: TestPortal, to: string, count = 1): Promise<Sent[]> =>
  eventually(async () => {
    const sent = await sentTo(portal, to)
    return sent.length >= count && sent
  })

/** Waits until `count` messages with these words have arrived, and returns the newest. */
export const awaitText = (
  portal: TestPortal,
  to: string,
  words: RegExp,
  count = 1,
): Promise<Sent> =>
  eventually(async () => {
    const sent = (await sentTo(portal, to)).filter(({ text }) => words.test(text))
    return sent.length >= count && sent[0]
  })

/** Waits for the `count`th message and returns its code. */
export async function awaitCode(portal: TestPortal, to: string, count = 1): Promise<string> {
  const [newest] = await awaitSent(portal, to, count)
  const code = /(?<!\d)(\d{6}|\d{8})(?!\d)/.exec(newest?.text ?? '')?.[1]
  assert.ok(code, `no code in: ${newest?.text}`)
  return code
}

/** A wrong code of the same length. */
export const otherCode = (code: string): string =>
  code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))
