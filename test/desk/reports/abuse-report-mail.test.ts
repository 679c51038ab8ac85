import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseLetter } from '#server/desk/letters/parse-letter.ts'
import { judgeProvenance } from '#server/desk/provenance/provenance.ts'
import { abuseAddressesOf } from '#server/desk/reports/mail/intake-mail.ts'
import { duplicateKeyOf, parseReportMail } from '#server/desk/reports/mail/parse-report-mail.ts'
import { readSettings } from '#server/settings.ts'
import { forwards } from '#test/support/letters/forwards.ts'
import { createOurMail, now } from '#test/support/letters/our-mail.ts'
import { abuseAddress, reportMailTable } from '#test/support/letters/report-mails.ts'

const mail = createOurMail()
const table = await reportMailTable(mail)

describe('a mail to the abuse address', () => {
  for (const { name, mail: raw, expected } of table) {
    test(`a mail to the abuse address that is ${name} becomes: ${expected.kind}`, async () => {
      const outcome = await parseReportMail(raw, [abuseAddress])
      assert.ok(outcome.kind === 'mail', outcome.kind)
      assert.equal(outcome.answering.isOurs, expected.kind === 'ours')
      if (expected.kind === 'ours') return
      assert.equal(!outcome.isAutomatic, expected.acknowledge)
      if (expected.kind === 'no-letter') return assert.deepEqual(outcome.letters, [])
      assert.equal(outcome.letters.length, expected.letters ?? 1)
      if (expected.reportKind !== undefined) assert.equal(outcome.reportKind, expected.reportKind)
      if (expected.reporter !== undefined) assert.equal(outcome.reporter.address, expected.reporter)
      if (expected.note !== undefined) assert.equal(outcome.note, expected.note)
      for (const { how, source } of outcome.letters) {
        assert.equal(how, expected.how)
        const read = await parseLetter(source)
        assert.ok(read.kind === 'letter')
        const provenance = await judgeProvenance(
          { ...read, how: how === 'retold' ? 'retold' : 'source' },
          mail.parts,
          now,
        )
        assert.equal(
          provenance.verdict,
          expected.verdict,
          `${provenance.rule}: ${provenance.reasons}`,
        )
        assert.equal(
          read.letter.from[0]?.address.split('@')[0],
          expected.verdict === 'not-ours' && how === 'retold' ? 'eve' : 'hanna',
        )
      }
    })
  }

  for (const forward of forwards()) {
    test(`a forward by ${forward.name} is read whole`, async () => {
      const outcome = await parseReportMail(forward.mail, [abuseAddress])
      assert.ok(outcome.kind === 'mail')
      const [forwarded] = outcome.letters
      assert.equal(forwarded?.how, 'retold')
      const read = await parseLetter(forwarded.source)
      assert.ok(read.kind === 'letter')
      const { from, subject, text } = read.letter
      const found = { from: from[0]?.address || null, name: from[0]?.name, subject, text }
      const name =
        forward.name.startsWith('K-9') || /writes/.test(String(forward.mail)) ? '' : 'Hanna'
      const wanted = { from: forward.sender, name, subject: forward.subject, text: forward.says }
      assert.deepEqual({ ...found, text: text.trim() }, wanted)
      assert.equal(outcome.note, forward.note)
      assert.equal(outcome.language, forward.locale)
    })
  }

  test('each domain has an abuse address, unless the settings name another one', () => {
    const domains = { MAIL_DOMAINS: 'one.example,two.example' }
    assert.deepEqual(abuseAddressesOf(readSettings(domains)), [
      'abuse@one.example',
      'abuse@two.example',
    ])
    assert.deepEqual(
      abuseAddressesOf(readSettings({ ...domains, ABUSE_ADDRESS: 'Help@one.example' })),
      ['help@one.example'],
    )
  })

  test('one letter of one reporter has one duplicate key, whether attached or pasted', async () => {
    const raw = await mail.send({
      fields: [
        ['From', 'h@posta.example'],
        ['Message-ID', '<one@posta.example>'],
      ],
      body: 'hi\r\n',
    })
    const attached = Buffer.from(raw, 'latin1')
    const key = duplicateKeyOf('Olga@elsewhere.example', attached)
    assert.equal(duplicateKeyOf('olga@elsewhere.example', raw.replace(/^(?!\n)/gm, '> ')), key)
    assert.notEqual(duplicateKeyOf('ivan@elsewhere.example', attached), key)
    assert.notEqual(duplicateKeyOf('olga@elsewhere.example', raw.replace('<one@', '<two@')), key)
  })
})
