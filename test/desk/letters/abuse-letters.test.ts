import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseLetter } from '#server/desk/letters/parse-letter.ts'
import { judgeProvenance } from '#server/desk/provenance/provenance.ts'
import { bindLetter } from '#server/mail/letter-trace/trace-binding.ts'
import { createTraceHeader } from '#server/mail/letter-trace/trace-header.ts'
import { bentLetters } from '#test/support/letters/bent-letters.ts'
import { letterTable } from '#test/support/letters/letter-table.ts'
import { createOurMail, now } from '#test/support/letters/our-mail.ts'

const mail = createOurMail()
const usual = await letterTable(mail)
const bent = await bentLetters(mail)
const table = [...usual, ...bent]

describe('a reported letter', () => {
  for (const row of table) {
    test(`a reported letter of ${row.name} is judged ${row.verdict}`, async () => {
      const outcome = await parseLetter(row.input)
      assert.ok(outcome.kind === 'letter')
      const { letter } = outcome
      const parts = { ...mail.parts, fromOwnerEnforced: row.fromOwnerEnforced ?? false }
      const provenance = await judgeProvenance({ ...outcome, how: 'source' }, parts, now)
      assert.deepEqual(
        { verdict: provenance.verdict, by: provenance.sender?.by ?? null },
        { verdict: row.verdict, by: row.by },
        `${provenance.rule}: ${provenance.reasons.join(', ')}`,
      )
      for (const reason of row.reasons ?? [])
        assert.ok(provenance.reasons.includes(reason), `${provenance.reasons}`)
      if (row.content !== undefined) assert.equal(provenance.content, row.content)
      if (row.subject !== undefined) assert.equal(letter.subject, row.subject)
      if (row.says !== undefined) assert.ok(letter.text.includes(row.says), letter.text)
      if (row.repair !== undefined)
        assert.ok(letter.repairs.includes(row.repair), `${letter.repairs}`)
      if (row.attachments !== undefined) {
        assert.deepEqual(
          letter.attachments.map(({ name }) => name.normalize('NFD')),
          row.attachments,
        )
      }
    })
  }

  test('a trace names the account that signed in, not the one in the From', async () => {
    const draft = {
      fields: [
        ['From', 'Boris <boris@posta.example>'],
        ['Date', 'Wed, 10 Jun 2026 12:00:00 +0300'],
        ['Message-ID', '<f@posta.example>'],
        ['Subject', 'hi'],
      ] as const,
      body: 'hi\r\n',
    }
    const outcome = await parseLetter(
      Buffer.from(await mail.send(draft, { account: 'hanna' }), 'latin1'),
    )
    assert.ok(outcome.kind === 'letter')
    const { sender } = await judgeProvenance({ ...outcome, how: 'source' }, mail.parts, now)
    assert.deepEqual(sender, { by: 'trace', account: 'hanna' })
  })

  test('a trace tells strangers nothing about its account', () => {
    const binding = bindLetter('', '')
    const trace = { account: 'hanna.from.minsk', queueId: '4bXk', sentAt: now }
    const [one, two] = [
      createTraceHeader(mail.keyring, trace, binding),
      createTraceHeader(mail.keyring, trace, binding),
    ]
    assert.ok(!/hanna/.test(one) && !Buffer.from(one, 'base64').includes('hanna'))
    const accountOf = (header: string) => /a=([^;]*)/.exec(header.replace(/\s/g, ''))?.[1]
    assert.notEqual(
      accountOf(one),
      accountOf(two),
      'two letters of one account must not be linked by their traces',
    )
  })

  test('a letter that a mail program summarised is never proven', async () => {
    const row = table.find(({ name }) => name === 'trace without a signature')
    assert.ok(row)
    const outcome = await parseLetter(row.input)
    assert.ok(outcome.kind === 'letter')
    const { verdict } = await judgeProvenance({ ...outcome, how: 'retold' }, mail.parts, now)
    assert.equal(verdict, 'unproven')
  })

  test('an Outlook file, an empty letter and a letter that is too large are refused', async () => {
    const reasonOf = async (input: Uint8Array | string) => {
      const outcome = await parseLetter(input)
      return outcome.kind === 'refused' ? outcome.reason : outcome.kind
    }
    assert.equal(await reasonOf(Buffer.from('d0cf11e0a1b11ae100000000', 'hex')), 'outlook-msg')
    assert.equal(await reasonOf(' \r\n\t'), 'empty')
    assert.equal(await reasonOf(Buffer.alloc(26 * 1024 * 1024 + 1, 65)), 'too-large')
  })
})
