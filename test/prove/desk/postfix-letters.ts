// Letters through a real Postfix, by a sender who knows the source. Those that come as they were
// sent are proven or likely, and none that shows anything else is proven and intact.
import assert from 'node:assert/strict'
import { createTransport } from 'nodemailer'
import { describeLetter } from '#server/desk/letters/describe-letter.ts'
import { parseLetter, type Reading } from '#server/desk/letters/parse-letter.ts'
import { judgeProvenance, type Provenance } from '#server/desk/provenance/provenance.ts'
import { createChainReader } from '#server/desk/provenance/received-chain.ts'
import { parseReportMail } from '#server/desk/reports/mail/parse-report-mail.ts'
import { eventually } from '#test/mail-platform/mail-program.ts'
import { startTracedWorld, type TracedWorld } from '#test/mail-platform/traced-world.ts'
import { bend, passThroughList } from '#test/support/letters/bend.ts'
import { cunningLetter, largeLetter } from '#test/support/letters/cunning-letters.ts'
import { createDice, type Dice } from '#test/support/letters/dice.ts'

export interface PostfixLetters {
  readonly letters: number
  /** Sizes in MiB of letters that are sent beside them. */
  readonly large: readonly number[]
  /** Changes of each letter. */
  readonly changes: number
  readonly seed: number
}

type Counts = Record<string, number>

const from = 'kim@postern.example'
const bytes = (binary: string) => Buffer.from(binary, 'latin1')

async function read(world: TracedWorld, input: Uint8Array | string, reading?: Reading) {
  const outcome = await parseLetter(input, reading)
  if (outcome.kind === 'refused') return undefined
  const parts = {
    keyring: world.keyring,
    dkim: { domains: ['postern.example'], keys: [], resolveTxt: async () => [] },
    followChain: createChainReader([]),
    ourDomains: ['postern.example'],
    fromOwnerEnforced: true,
  }
  const provenance = await judgeProvenance({ ...outcome, how: 'source' }, parts, new Date())
  const evidence = { outcome, sha256: '', sizeBytes: 0, keptUntil: new Date(0) }
  const { headers, cuts, repairs, ...shown } = describeLetter(evidence, true, () => [])
  return { provenance, shown }
}

/** Sends the letters one after another. @returns each as it left */
async function sendAll(world: TracedWorld, letters: readonly string[]): Promise<string[]> {
  // Postfix mends addresses of programs on its own host, and those of others not.
  const transports = ['127.0.0.1', '127.0.0.77'].map((localAddress) =>
    createTransport({
      ...world.mail.submissions,
      localAddress,
      pool: true,
      maxConnections: 1,
      maxMessages: 1000,
      auth: world.authOf('kim'),
      tls: { rejectUnauthorized: false },
    }),
  )
  const arrived = world.mail.outside.letters
  const left: string[] = []
  for (const [at, letter] of letters.entries()) {
    const before = arrived.length
    const envelope = { from, to: 'friend@elsewhere.example' }
    await transports[at % transports.length]?.sendMail({ envelope, raw: bytes(letter) })
    await eventually(() => arrived.length > before)
    left.push(arrived.at(-1)?.source ?? '')
  }
  for (const transport of transports) transport.close()
  return left
}

interface HandedIn {
  readonly input: Uint8Array | string
  readonly reading?: Reading
}

/** Ways by which a letter reaches the desk unchanged. */
async function handIns(letter: string): Promise<Record<string, HandedIn>> {
  const attached = (encoding: string, content: string) =>
    bytes(
      'From: r@elsewhere.example\r\nSubject: abuse\r\nMessage-ID: <r@elsewhere.example>\r\n' +
        'Content-Type: multipart/mixed; boundary="of the reporter"\r\n\r\n' +
        '--of the reporter\r\nContent-Type: message/rfc822\r\n' +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n--of the reporter--\r\n`,
    )
  // A mail that carries it in base64 is larger than submission takes.
  const fits = letter.length < 18 * 2 ** 20
  const base64 = bytes(letter).toString('base64').replace(/.{76}/g, '$&\r\n')
  const sourceOf = async (mail: Uint8Array) => {
    const report = await parseReportMail(mail, ['abuse@postern.example'])
    const [found] = report.kind === 'mail' ? report.letters : []
    const { source = '', isBeginning = false } = found ?? {}
    return { input: source, reading: { isBeginning } }
  }
  const relayed = `Return-Path: <${from}>\r\nReceived: from a by b.example with LMTP id 1; now\r\n`
  return {
    file: { input: bytes(letter) },
    relayed: { input: bytes(relayed + letter) },
    'line feeds': { input: bytes(letter.replaceAll('\r\n', '\n')) },
    mbox: { input: bytes(`From ${from} Mon Nov 30 02:00:00 2026\r\n${letter}`) },
    attached: await sourceOf(attached('8bit', letter)),
    ...(fits ? { 'attached in base64': await sourceOf(attached('base64', base64)) } : {}),
    ...(/^[\t\r\n -~]*$/.test(letter) ? { pasted: { input: letter } } : {}),
  }
}

async function checkUnchanged(world: TracedWorld, letter: string, count: (what: string) => void) {
  for (const [way, { input, reading }] of Object.entries(await handIns(letter))) {
    const found = await read(world, input, reading)
    assert.ok(found, `${way} was refused: ${letter.slice(0, 3000)}`)
    const { verdict, content, rule, reasons, sender } = found.provenance
    const about = `${way}, ${rule}: ${reasons}\n${letter.slice(0, 3000)}`
    assert.ok(verdict === 'proven' || verdict === 'likely', about)
    assert.deepEqual(sender, { by: 'trace', account: from }, about)
    count(`${way}: ${verdict}, ${content}`)
  }
  const listed = await read(world, bytes(passThroughList(letter)))
  assert.equal(listed?.provenance.verdict, 'likely', letter.slice(0, 3000))
}

const isIntact = ({ verdict, content }: Provenance) => verdict === 'proven' && content === 'intact'

async function checkChanged(
  world: TracedWorld,
  letter: string,
  dice: Dice,
  count: (what: string) => void,
): Promise<void> {
  const bent = bend(letter, dice)
  const pasted = dice.hits(3)
  const found = await read(world, pasted ? bent : bytes(bent))
  if (!found) return count('changed: refused')
  count(`changed: ${found.provenance.verdict}, ${found.provenance.content}`)
  if (!isIntact(found.provenance)) return
  const original = await read(world, pasted ? letter : bytes(letter))
  assert.deepEqual(found.shown, original?.shown, bent.slice(0, 3000))
}

/** @throws with the letter that breaks a rule */
export async function provePostfixLettersIn(world: TracedWorld, options: PostfixLetters) {
  const { letters, large, changes, seed } = options
  await world.provision('kim')
  const dice = createDice(seed)
  const counts: Counts = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const identity = (at: number) => ({
    from,
    date: new Date(Date.now() - at * 1000).toUTCString().replace('GMT', '+0000'),
    messageId: `<${seed}.${at}@postern.example>`,
  })
  const drafts = Array.from({ length: letters }, (_, at) => cunningLetter(dice, identity(at)))
  for (const letter of await sendAll(world, drafts)) {
    await checkUnchanged(world, letter, count)
    for (let nth = 0; nth < changes; nth += 1) await checkChanged(world, letter, dice, count)
  }
  const big = large.map((size, at) => largeLetter(size, identity(letters + at)))
  for (const letter of await sendAll(world, big)) {
    await checkUnchanged(world, letter, (what) => count(`large ${what}`))
    const bent = letter.replace('The threat', 'The offer ')
    assert.equal((await read(world, bytes(bent)))?.provenance.content, 'changed')
  }
  assert.deepEqual(world.faults, [], 'the milter read every letter')
  return { letters: letters + large.length, counts }
}

export async function provePostfixLetters(options: PostfixLetters) {
  const world = await startTracedWorld()
  try {
    return await provePostfixLettersIn(world, options)
  } finally {
    await world.stop()
  }
}
