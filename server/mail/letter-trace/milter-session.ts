// One connection of the mail server: gathers a letter and says at its end which headers to change.

import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import { addressOfLogin } from '../mail-platform/login.ts'
import { answers, createPacketReader, type Packet, readTexts } from './milter-packets.ts'
import { traceHeaderName } from './trace-header.ts'
import { traceLetter } from './trace-letter.ts'

export interface TraceParts {
  readonly keyring: Keyring
  readonly clock: Clock
}

interface Letter {
  header: string
  foreignTraces: number
  body: Buffer[]
  bodyBytes: number
}

const emptyLetter = (): Letter => ({ header: '', foreignTraces: 0, body: [], bodyBytes: 0 })

/** @returns what to answer to each chunk of bytes, or `end` where the connection is over; throws MilterFault for what is no milter protocol */
export function createMilterSession(parts: TraceParts): (chunk: Buffer) => Buffer[] | 'end' {
  const read = createPacketReader()
  const macros = new Map<string, string>()
  let letter = emptyLetter()

  // Security: nothing of one letter, its sender above all, is left for the next.
  function forget(): void {
    macros.clear()
    letter = emptyLetter()
  }

  function noteMacros(data: Buffer): void {
    const names = readTexts(data.subarray(1))
    for (let at = 0; at + 1 < names.length; at += 2)
      macros.set((names[at] ?? '').replace(/^{|}$/g, ''), names[at + 1] ?? '')
  }

  function noteHeader(data: Buffer): void {
    const [name = '', value = ''] = readTexts(data)
    if (name.toLowerCase() === traceHeaderName.toLowerCase()) letter.foreignTraces += 1
    else if (letter.header.length < letterLimits.headerBytes)
      letter.header += `${name}:${value.replace(/\r?\n/g, '\r\n')}\r\n`
  }

  function noteBody(data: Buffer): void {
    letter.bodyBytes += data.length
    if (letter.bodyBytes <= letterLimits.bytes) letter.body.push(Buffer.from(data))
  }

  function finish(): Buffer[] {
    const account = addressOfLogin(macros.get('auth_authen') ?? '')
    const queueId = macros.get('i') ?? ''
    // Security: a trace that the letter brought along is taken off, whoever sends it. Before ours is added, which would be the first one.
    const changes = Array.from({ length: letter.foreignTraces }, (_, before) =>
      answers.deleteHeader(traceHeaderName, letter.foreignTraces - before),
    )
    if (account !== '' && queueId !== '') {
      const source = Buffer.concat([Buffer.from(`${letter.header}\r\n`, 'latin1'), ...letter.body])
      const traced = traceLetter(
        parts.keyring,
        { account, queueId, sentAt: parts.clock.now() },
        source,
      )
      const [line = ''] =
        /^.*(?:\r\n[ \t].*)*/.exec(traced.subarray(0, 4096).toString('latin1')) ?? []
      changes.push(
        answers.insertHeader(
          traceHeaderName,
          line.slice(traceHeaderName.length + 1).replaceAll('\r\n', '\n'),
        ),
      )
    }
    forget()
    return [...changes, answers.continue]
  }

  function answer({ command, data }: Packet): Buffer[] | 'end' {
    switch (command) {
      case 'O':
        return [answers.negotiate(data)]
      case 'D':
        noteMacros(data)
        return []
      case 'M':
        letter = emptyLetter()
        return []
      case 'L':
        noteHeader(data)
        return []
      case 'B':
        noteBody(data)
        return []
      case 'E':
        noteBody(data)
        return finish()
      case 'A':
      case 'K':
        forget()
        return []
      case 'Q':
        return 'end'
      case 'N':
        return []
      default:
        // What was asked not to be told (connect, helo, recipients) by a server that tells it all the same.
        return [answers.continue]
    }
  }

  return (chunk) => {
    const replies: Buffer[] = []
    for (const packet of read(chunk)) {
      const reply = answer(packet)
      if (reply === 'end') return 'end'
      replies.push(...reply)
    }
    return replies
  }
}
