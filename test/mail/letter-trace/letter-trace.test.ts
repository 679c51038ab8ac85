// The milter, packet by packet. mail-services.test.ts has a real Postfix talk to it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { writePacket } from '#server/mail/letter-trace/milter-packets.ts'
import { createMilterSession } from '#server/mail/letter-trace/milter-session.ts'
import type { ChangeLetter } from '#server/mail/letter-trace/outgoing-letter.ts'
import { readTraces } from '#server/mail/letter-trace/trace-header.ts'
import { tracedLetter } from '#test/support/letters/our-mail.ts'

const keyring = createKeyring(['a-key-of-the-tests-0123456789abcdefghij'])
const now = new Date('2026-11-22T12:00:00Z')
const open = () => createMilterSession({ keyring, clock: { now: () => now } })

const texts = (...parts: string[]) =>
  Buffer.from(parts.map((part) => `${part}\0`).join(''), 'latin1')
const numbers = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [n, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, n * 4)
  return bytes
}
const macros = (of: string, ...pairs: string[]) =>
  writePacket('D', Buffer.concat([Buffer.from(of), texts(...pairs)]))
const header = (name: string, value: string) => writePacket('L', texts(name, value))
const offer = writePacket('O', numbers(6, 0x1ff, 0x1fffff))

const letter = (queueId: string, headers: [string, string][], body = 'Hello\r\n') => [
  writePacket('M', texts('<anna@postern.example>')),
  macros('N', 'i', queueId),
  ...headers.map(([name, value]) => header(name, value)),
  writePacket('N'),
  writePacket('B', Buffer.from(body, 'latin1')),
  writePacket('E'),
]
const signedIn = (login: string) => macros('M', '{auth_authen}', login, '{auth_type}', 'PLAIN')
const usual: [string, string][] = [
  ['From', ' anna@postern.example'],
  ['Date', ' Sun, 22 Nov 2026 12:00:00 +0000'],
  ['Message-ID', ' <1@postern.example>'],
  ['Subject', ' =?utf-8?q?Tea?=\n and cake'],
]

/** The answers, as `letter of the command: name=value`. */
function said(replies: Buffer[] | 'end'): string[] {
  if (replies === 'end') return ['end']
  return replies.map((reply) => {
    const command = String.fromCharCode(reply.readUInt8(4))
    if (command !== 'i' && command !== 'm') return command
    const [name, value] = reply.subarray(9).toString('latin1').split('\0')
    return `${command}${reply.readUInt32BE(5)}: ${name}=${value}`
  })
}
const traceOf = (replies: string[]) =>
  replies
    .find((reply) => reply.startsWith('i0: X-Postern-Trace='))
    ?.slice('i0: X-Postern-Trace='.length)

function read(trace: string | undefined, headers = usual, body = 'Hello\r\n') {
  const lines = [['X-Postern-Trace', trace ?? ''], ...headers].map(
    ([name, value]) => `${name}:${value?.replaceAll('\n', '\r\n')}`,
  )
  return readTraces(keyring, tracedLetter(`${lines.join('\r\n')}\r\n\r\n${body}`), now)
}

test('a letter gets a trace that names its account, however its bytes are split', () => {
  const bytes = Buffer.concat([offer, signedIn('Anna@postern.example#3'), ...letter('4bXk', usual)])
  for (const size of [1, 7, bytes.length]) {
    const session = open()
    const replies: string[] = []
    for (let at = 0; at < bytes.length; at += size)
      replies.push(...said(session(bytes.subarray(at, at + size))))
    assert.deepEqual(
      replies.map((reply) => reply[0]),
      ['O', 'i', 'c'],
    )
    const reading = read(traceOf(replies))
    assert.ok(reading.kind === 'bound')
    assert.deepEqual(
      [reading.trace.account, reading.trace.queueId, reading.subject, reading.body],
      ['anna@postern.example', '4bXk', 'same', 'same'],
    )
  }
})

test('a trace that a letter brought along is removed, whatever its sender', () => {
  const session = open()
  session(Buffer.concat([offer]))
  const brought: [string, string][] = [
    ['X-POSTERN-trace', ' v=1'],
    ...usual,
    ['X-Postern-Trace', ' v=2'],
  ]
  const replies = said(session(Buffer.concat(letter('4bXk', brought))))
  assert.deepEqual(
    replies,
    ['m2: X-Postern-Trace=', 'm1: X-Postern-Trace=', 'c'],
    'nobody signed in: removed, and none added',
  )
  const own = said(
    session(Buffer.concat([signedIn('anna@postern.example#1'), ...letter('4bXk', brought)])),
  )
  assert.deepEqual(
    own.map((reply) => reply.slice(0, 2)),
    ['m2', 'm1', 'i0', 'c'],
  )
  assert.equal(read(traceOf(own)).kind, 'bound')
})

test('nothing of one letter, above all its sender, is kept for the next one', () => {
  for (const between of [[], [writePacket('A')], [writePacket('K')]]) {
    const session = open()
    session(
      Buffer.concat([
        offer,
        signedIn('anna@postern.example#1'),
        ...letter('4bXk', usual),
        ...between,
      ]),
    )
    assert.deepEqual(said(session(Buffer.concat(letter('4bXl', usual)))), ['c'])
  }
  const session = open()
  session(
    Buffer.concat([
      offer,
      signedIn('anna@postern.example'),
      ...letter('1', usual).slice(0, -1),
      writePacket('A'),
    ]),
  )
  const replies = said(
    session(Buffer.concat([signedIn('boris@postern.example'), ...letter('2', usual)])),
  )
  const reading = read(traceOf(replies))
  assert.ok(
    reading.kind === 'bound' &&
      reading.trace.account === 'boris@postern.example' &&
      reading.body === 'same',
  )
})

test('a letter of thirty megabytes with a huge header is traced without being kept whole', () => {
  const session = open()
  session(Buffer.concat([offer, signedIn('anna@postern.example')]))
  for (let n = 0; n < 2000; n++) session(header('X-Long', ` ${'x'.repeat(900)}`))
  for (const [name, value] of usual) session(header(name, value))
  const chunk = writePacket('B', Buffer.alloc(65_000, 'y'))
  for (let n = 0; n < 480; n++) session(chunk)
  const replies = said(session(Buffer.concat([macros('E', 'i', '4bXk'), writePacket('E')])))
  assert.deepEqual(
    replies.map((reply) => reply[0]),
    ['i', 'c'],
  )
})

test('a trace is bound to the letter as it stands, whatever its size and form', () => {
  const tricks: [string, string][] = [
    ['X', ' 1'],
    ['X-Folded', ' a\n \n b'],
    ['2Subject', ' x'],
    ...Array.from({ length: 1500 }, (): [string, string] => ['X-A', ` ${'b'.repeat(900)}`]),
    ['Comments', ` ${'c'.repeat(3000)}`],
    ...usual,
  ]
  const chunk = `${'x'.repeat(76)}\r\n`.repeat(700)
  const pieces = [
    chunk.slice(0, 50_001),
    chunk.slice(50_001),
    'y'.repeat(5000),
    '\r',
    '\n',
    'z\r\n\r\n',
  ]
  const rounds = 40
  const session = open()
  session(Buffer.concat([offer, signedIn('anna@postern.example')]))
  for (const [name, value] of tricks) session(header(name, value))
  for (let n = 0; n < rounds; n++)
    for (const piece of pieces) session(writePacket('B', Buffer.from(piece, 'latin1')))
  const replies = said(session(Buffer.concat([macros('E', 'i', '4bXk'), writePacket('E')])))
  const body = pieces.join('').repeat(rounds)
  const reading = read(traceOf(replies), tricks, body)
  const all = (side: typeof reading) =>
    side.kind === 'bound' && [side.from, side.subject, side.shown, side.body]
  assert.deepEqual(all(reading), ['same', 'same', 'same', 'same'])
  const broken = body.replaceAll('y'.repeat(5000), breakAsPostfix('y'.repeat(5000)))
  assert.deepEqual(all(read(traceOf(replies), tricks, broken)), ['same', 'same', 'same', 'same'])
  const other = read(traceOf(replies), tricks, `${body.slice(0, -5)}Z\r\n`)
  assert.deepEqual(all(other), ['same', 'same', 'same', 'differs'])
})

/** As it sends a line of more than 998 characters. */
function breakAsPostfix(line: string): string {
  const rest = line.slice(998).match(/.{1,997}/g) ?? []
  return [line.slice(0, 998), ...rest.map((piece) => ` ${piece}`)].join('\r\n')
}

test('the trace covers what is added to a letter on its way out, so it is made last', () => {
  const changeLetter = ({ account, header, body }: Parameters<ChangeLetter>[0]) => {
    assert.match(header, /^From: anna@postern\.example$/m)
    return {
      fields: [
        ['X-Office', ` of ${account}`],
        ['Cc', ' archive@postern.example'],
      ] as const,
      body: Buffer.concat([body, Buffer.from('-- \r\nThe office\r\n')]),
    }
  }
  const session = createMilterSession({ keyring, clock: { now: () => now }, changeLetter })
  const greeting = session(Buffer.concat([offer, signedIn('anna@postern.example')]))
  assert.ok(greeting !== 'end' && ((greeting[0]?.readUInt32BE(9) ?? 0) & 0x02) !== 0)
  const replies = said(session(Buffer.concat(letter('4bXk', usual))))
  assert.deepEqual(
    replies.map((reply) => reply.slice(0, 12)),
    ['i0: Cc= arch', 'i0: X-Office', 'b', 'i0: X-Postern-Trace='.slice(0, 12), 'c'],
  )
  const leaves: [string, string][] = [
    ['X-Office', ' x'],
    ['Cc', ' archive@postern.example'],
    ...usual,
  ]
  const reading = read(traceOf(replies), leaves, 'Hello\r\n-- \r\nThe office\r\n')
  assert.ok(reading.kind === 'bound' && reading.shown === 'same' && reading.body === 'same')
  // Letters that nobody signed in for are not an office's.
  assert.deepEqual(said(session(Buffer.concat(letter('4bXl', usual)))), ['c'])
})

test('another protocol or an older milter version ends only its own connection', () => {
  assert.throws(() => open()(Buffer.from('GET / HTTP/1.1\r\n\r\n')), { name: 'MilterFault' })
  assert.throws(() => open()(writePacket('O', numbers(2, 0x1ff, 0x7f))), { name: 'MilterFault' })
  assert.throws(() => open()(writePacket('O')), { name: 'MilterFault' })
  assert.equal(open()(writePacket('Q')), 'end')
})
