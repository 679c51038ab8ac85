import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { showHidden, showHiddenLine } from '#server/core/letters/show-hidden.ts'
import { exportCell, exportRow } from '#server/desk/audit/export-cell.ts'
import { defang, defangText, hostOf } from '#server/desk/letters/defang.ts'
import { frameDocument } from '#server/desk/letters/letter-html.ts'
import { createLetterParser } from '#server/desk/letters/letter-parser.ts'
import { parseLetter, readAttachment } from '#server/desk/letters/parse-letter.ts'
import { judgeProvenance } from '#server/desk/provenance/provenance.ts'
import { parseReportMail } from '#server/desk/reports/mail/parse-report-mail.ts'
import { bidi, formulas, heavy, scripts } from '#test/support/letters/hostile-letters.ts'
import { createOurMail, now } from '#test/support/letters/our-mail.ts'

const bytes = (binary: string) => Buffer.from(binary, 'latin1')
const cpuMs = () => process.threadCpuUsage().user / 1000

async function read(binary: string) {
  const outcome = await parseLetter(bytes(binary))
  assert.ok(outcome.kind === 'letter')
  return outcome.letter
}

describe('a hostile letter', () => {
  test('no tag that fetches, runs or takes input is left in a reported letter', async (t) => {
    for (const [name, binary] of Object.entries(scripts)) {
      await t.test(name, async () => {
        const { safeHtml } = await read(binary)
        const markup = safeHtml ?? ''
        const strange = /<(?!\/?(?:p|br|div|span|b|table|tbody|tr|td|small)\b)/i
        assert.doesNotMatch(markup, strange, markup)
        assert.doesNotMatch(
          markup.replace(/<span>\[.*?\]<\/span>/g, ''),
          /<[^>]*(?:\son|href|src|style|action=|["']?javascript)/i,
          markup,
        )
      })
    }
  })

  test('links and pictures of a reported letter are text that cannot be followed', async () => {
    const { links, safeHtml } = await read(scripts.remote ?? '')
    const hosts = new Set(links.map(({ host }) => host))
    assert.ok(hosts.has('t.example'), [...hosts].join())
    for (const { defanged } of links) assert.doesNotMatch(defanged, /https?:|t\.example/)
    assert.doesNotMatch(safeHtml ?? '', /t\.example/)
  })

  test('the frame of a reported letter has a policy that lets nothing load', () => {
    assert.match(
      frameDocument('<p>x</p>'),
      /^<!doctype html>.*default-src 'none'.*<body><p>x<\/p><\/body><\/html>$/,
    )
  })

  test('bidi controls are shown as their code points, so no name reads backwards', async () => {
    const { attachments, subject } = await read(bidi)
    assert.equal(attachments[0]?.name, 'invoice_⟦U+202E⟧fdp.exe')
    assert.equal(subject, 'pay ⟦U+2066⟧now⟦U+2069⟧ ⟦U+200B⟧today')
    assert.equal(showHidden('a\u0000\tb\nc\u009f\ud800'), 'a⟦U+0000⟧\tb\nc⟦U+009F⟧�')
    assert.equal(showHiddenLine('a\r\nb', 2), 'a…'.replace('…', ' …'))
    assert.equal(showHidden('👩‍👧 é ў'), '👩‍👧 é ў')
  })

  test('no reported link is written so that a program or a hasty click would follow it', () => {
    assert.equal(
      defang('https://user@Evil.example/a.b?c=d.e'),
      'hxxps://user[@]Evil[.]example/a.b?c=d.e',
    )
    assert.equal(defang('http:\\\\evil.example\\x'), 'hxxp:\\\\evil[.]example\\x')
    assert.equal(defang('javascript:alert(1)'), 'javascript[:]alert(1)')
    assert.equal(defang('www.evil.example'), 'www[.]evil[.]example')
    assert.equal(defang('mailto:a@b.example'), 'mailto[:]a[@]b[.]example')
    assert.equal(defangText('see https://a.example/x, now'), 'see hxxps://a[.]example/x, now')
    assert.equal(hostOf('https://bank.example@evil.example/'), 'evil.example')
    assert.equal(hostOf('https://пример.испытание/'), 'xn--e1afmkfd.xn--80akhbyknj4f')
    assert.equal(hostOf('https://[bad'), null)
  })

  test('a cell that a spreadsheet would run as a formula is exported with an apostrophe', () => {
    for (const formula of formulas) assert.match(exportCell(formula), /^"'/, formula)
    assert.equal(
      exportRow(['plain "text"', 7, null, new Date(0)]),
      '"plain ""text""",7,"","1970-01-01T00:00:00.000Z"\r\n',
    )
  })

  test('an archive in a reported letter stays closed and is given out unchanged', async () => {
    const binary = heavy['a zip bomb']?.() ?? ''
    const { attachments } = await read(binary)
    const [bomb] = attachments
    assert.ok(bomb && bomb.sizeBytes < 2 * 1024 * 1024, `${bomb?.sizeBytes}`)
    const content = await readAttachment(bytes(binary), bomb.sha256)
    assert.equal(content?.length, bomb.sizeBytes)
    assert.equal(await readAttachment(bytes(binary), '0'.repeat(64)), null)
  })

  const mail = createOurMail()
  for (const [name, make] of Object.entries(heavy)) {
    test(`a hostile letter of ${name} takes less than a second`, async () => {
      const letter = bytes(make())
      const before = cpuMs()
      const outcome = await parseLetter(letter)
      if (outcome.kind === 'letter')
        await judgeProvenance({ ...outcome, how: 'source' }, mail.parts, now)
      const parsed = cpuMs()
      await parseReportMail(letter, ['abuse@posta.example'])
      assert.ok(parsed - before < 1000, `a letter took ${parsed - before} ms`)
      assert.ok(cpuMs() - parsed < 1000, `a mail took ${cpuMs() - parsed} ms`)
    })
  }

  test('a letter that takes too much time or memory ends its thread, not the portal', async () => {
    const heavyLetter = bytes(heavy['HTML of brackets']?.() ?? '')
    for (const limits of [{ timeLimitMs: 1 }, { timeLimitMs: 20_000, memoryLimitMib: 12 }]) {
      const reader = createLetterParser(limits)
      assert.deepEqual(
        await reader.letter(heavyLetter),
        { kind: 'refused', reason: 'too-slow' },
        JSON.stringify(limits),
      )
      await reader.close()
    }

    const patient = createLetterParser({ timeLimitMs: 20_000 })
    const [one, two, report] = await Promise.all([
      patient.letter(bytes(scripts.script ?? '')),
      patient.letter('From: a@b.example\nSubject: two\nMessage-ID: <a@b>\n\nhi'),
      patient.reportMail(bytes(scripts.script ?? ''), []),
    ])
    assert.ok(one.kind === 'letter' && one.letter.subject === 'look')
    assert.ok(two.kind === 'letter' && two.letter.subject === 'two')
    assert.equal(report.kind, 'mail')
    await patient.close()
  })
})
