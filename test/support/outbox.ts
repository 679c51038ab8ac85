// Reads what the portal sent, as a person with that mailbox or phone would.
import assert from 'node:assert/strict'
import { eventually, type TestPortal } from './portal.ts'

export interface Sent {
  readonly at: string
  readonly channel: 'mail' | 'sms'
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Everything that was sent to `to`, newest first. */
export async function sentTo(portal: TestPortal, to: string): Promise<Sent[]> {
  const response = await fetch(`${portal.url}/dev/outbox.json`)
  assert.equal(response.status, 200)
  const all = (await response.json()) as Sent[]
  return all.filter((message) => message.to === to)
}

/** Waits until `count` messages have arrived in all, and returns them, newest first. */
export const awaitSent = (portal: TestPortal, to: string, count = 1): Promise<Sent[]> =>
  eventually(async () => {
    const sent = await sentTo(portal, to)
    return sent.length >= count && sent
  })

/** Waits until `count` messages with these words have arrived, and returns the newest of them. */
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

/** The code of the newest message, which is the `count`th to `to`. */
export async function awaitCode(portal: TestPortal, to: string, count = 1): Promise<string> {
  const [newest] = await awaitSent(portal, to, count)
  const code = /(?<!\d)(\d{6}|\d{8})(?!\d)/.exec(newest?.text ?? '')?.[1]
  assert.ok(code, `no code in: ${newest?.text}`)
  return code
}

/** Some code of the same length that is not the right one. */
export const otherCode = (code: string): string =>
  code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))
