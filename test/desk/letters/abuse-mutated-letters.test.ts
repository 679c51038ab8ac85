import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveAbuseLetters } from '#test/prove/desk/abuse-letters.ts'
import { proveAbuseLettersHttp } from '#test/prove/desk/abuse-letters-http.ts'

test('damaged letters neither stop the desk nor accuse an innocent account', async () => {
  const { runs, counts } = await proveAbuseLetters({ runs: 150 })
  assert.equal(runs, 150)
  assert.ok(
    (counts['verdict proven'] ?? 0) > 0 && (counts['verdict unproven'] ?? 0) > 0,
    JSON.stringify(counts),
  )
})

test('damaged letters cause no server error in form, file, LMTP or case page', async () => {
  // A busy machine may be slow. The run of `npm run prove` allows one second.
  const { form, findings } = await proveAbuseLettersHttp({
    letters: 60,
    mails: 40,
    allowedMs: 10_000,
    openedEvery: 8,
  })
  assert.ok(
    (form.answers['pasted 303'] ?? 0) > 15 && (form.answers['file 303'] ?? 0) > 15,
    JSON.stringify(form),
  )
  assert.ok(
    (findings.verdicts.proven ?? 0) > 0 && (findings.verdicts.unproven ?? 0) > 0,
    JSON.stringify(findings),
  )
})
