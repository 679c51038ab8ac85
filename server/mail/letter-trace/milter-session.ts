// One connection of Postfix. At the end of a letter it answers which headers change.
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

function addHeader(letter: Letter, data: Buffer): void {
  const [name = '', value = ''] = readTexts(data)
  if (name.toLowerCase() === traceHeaderName.toLowerCase()) letter.foreignTraces += 1
  else if (letter.header.length < letterLimits.headerBytes)
    letter.header += `${name}:${value.replace(/\r?\n/g, '\r\n')}\r\n`
}

function addBody(letter: Letter, data: Buffer): void {
  letter.bodyBytes += data.length
  if (letter.bodyBytes <= letterLimits.bytes) letter.body.push(Buffer.from(data))
}

type Macros = Map<string, string>

function addMacros(macros: Macros, data: Buffer): void {
  const names = readTexts(data.subarray(1))
  for (let at = 0; at + 1 < names.length; at += 2)
    macros.set((names[at] ?? '').replace(/^{|}$/g, ''), names[at + 1] ?? '')
}

function traceValueOf(parts: TraceParts, letter: Letter, macros: Macros): string | undefined {
  const account = addressOfLogin(macros.get('auth_authen') ?? '')
  const queueId = macros.get('i') ?? ''
  if (account === '' || queueId === '') return undefined
  const source = Buffer.concat([Buffer.from(`${letter.header}\r\n`, 'latin1'), ...letter.body])
  const trace = { account, queueId, sentAt: parts.clock.now() }
  const traced = traceLetter(parts.keyring, trace, source)
  const start = traced.subarray(0, 4096).toString('latin1')
  const [line = ''] = /^.*(?:\r\n[ \t].*)*/.exec(start) ?? []
  return line.slice(traceHeaderName.length + 1).replaceAll('\r\n', '\n')
}

function changesOf(parts: TraceParts, letter: Letter, macros: Macros): Buffer[] {
  const changes: Buffer[] = []
  // Security: A trace that a letter brought along is removed, whatever its sender.
  // Headers are deleted by number, and ours becomes the first, so it comes later.
  for (let nth = letter.foreignTraces; nth > 0; nth -= 1)
    changes.push(answers.deleteHeader(traceHeaderName, nth))
  const value = traceValueOf(parts, letter, macros)
  if (value !== undefined) changes.push(answers.insertHeader(traceHeaderName, value))
  return changes
}

/** The returned function answers received bytes; `end` hangs up. @throws MilterFault */
export function createMilterSession(parts: TraceParts): (chunk: Buffer) => Buffer[] | 'end' {
  const read = createPacketReader()
  const macros: Macros = new Map()
  let letter = emptyLetter()

  // Security: Nothing of one letter, above all its sender, is kept for the next one.
  function forget(): void {
    macros.clear()
    letter = emptyLetter()
  }

  function answer({ command, data }: Packet): Buffer[] | 'end' {
    switch (command) {
      case 'O':
        return [answers.negotiate(data)]
      case 'D':
        addMacros(macros, data)
        return []
      case 'M':
        letter = emptyLetter()
        return []
      case 'L':
        addHeader(letter, data)
        return []
      case 'B':
        addBody(letter, data)
        return []
      case 'E': {
        addBody(letter, data)
        const changes = changesOf(parts, letter, macros)
        forget()
        return [...changes, answers.continue]
      }
      case 'A':
      case 'K':
        forget()
        return []
      case 'Q':
        return 'end'
      case 'N':
        return []
      default:
        // Some servers send steps that they agreed to leave out.
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
