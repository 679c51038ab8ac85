// One connection of Postfix. At the end of a letter it answers which headers change.
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { addressOfLogin } from '../mail-platform/login.ts'
import { answers, createPacketReader, type Packet, readTexts } from './milter-packets.ts'
import { type ChangeLetter, createOutgoingLetter, type OutgoingLetter } from './outgoing-letter.ts'
import { createTraceHeader, traceHeaderName } from './trace-header.ts'

export interface TraceParts {
  readonly keyring: Keyring
  readonly clock: Clock
  readonly changeLetter?: ChangeLetter
}

type Macros = Map<string, string>

function addMacros(macros: Macros, data: Buffer): void {
  const names = readTexts(data.subarray(1))
  for (let at = 0; at + 1 < names.length; at += 2)
    macros.set((names[at] ?? '').replace(/^{|}$/g, ''), names[at + 1] ?? '')
}

function changesOf(parts: TraceParts, letter: OutgoingLetter, macros: Macros): Buffer[] {
  const account = addressOfLogin(macros.get('auth_authen') ?? '')
  const queueId = macros.get('i') ?? ''
  const changes: Buffer[] = []
  // Security: A trace that a letter brought along is removed, whatever its sender.
  // Headers are deleted by number, and ours becomes the first, so it comes later.
  for (let nth = letter.foreignTraces(); nth > 0; nth -= 1)
    changes.push(answers.deleteHeader(traceHeaderName, nth))
  if (account === '' || queueId === '') return changes
  const { replies, binding } = letter.end(account)
  const trace = { account, queueId, sentAt: parts.clock.now() }
  const line = createTraceHeader(parts.keyring, trace, binding)
  const value = line.slice(traceHeaderName.length + 1).replaceAll('\r\n', '\n')
  return [...changes, ...replies, answers.insertHeader(traceHeaderName, value)]
}

/** The returned function answers received bytes; `end` hangs up. @throws MilterFault */
export function createMilterSession(parts: TraceParts): (chunk: Buffer) => Buffer[] | 'end' {
  const read = createPacketReader()
  const macros: Macros = new Map()
  let letter = createOutgoingLetter(parts.changeLetter)

  // Security: Nothing of one letter, above all its sender, is kept for the next one.
  function forget(): void {
    macros.clear()
    letter = createOutgoingLetter(parts.changeLetter)
  }

  function answer({ command, data }: Packet): Buffer[] | 'end' {
    switch (command) {
      case 'O':
        return [answers.negotiate(data, parts.changeLetter !== undefined)]
      case 'D':
        addMacros(macros, data)
        return []
      case 'M':
        letter = createOutgoingLetter(parts.changeLetter)
        return []
      case 'L': {
        const [name = '', value = ''] = readTexts(data)
        letter.addField(name, value)
        return []
      }
      case 'B':
        letter.addBody(data)
        return []
      case 'E': {
        letter.addBody(data)
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
