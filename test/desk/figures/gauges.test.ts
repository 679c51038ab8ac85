import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { showCase } from '#server/desk/cases/show-case.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { accountIdOf, hanna, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

const portal = useAbusePortal({ env: { METRICS_PORT: '0' } })

test('metrics include the figures of the abuse desk', async () => {
  await register(portal, hanna)
  const analyst = { login: 'ada.analyst', password: 'reads every report twice' }
  await register(portal, analyst)
  const [accountId, staffId] = [
    await accountIdOf(portal, hanna.login),
    await accountIdOf(portal, analyst.login),
  ]
  await reportLetter(portal, { accountId, login: hanna.login })
  const caseId = await caseOf(portal, accountId)
  await showCase(portal.parts.desk, caseId, staffId)
  const wanted = {
    accountId,
    caseId,
    measure: 'suspend-sending',
    cause: 'phishing',
    until: null,
  } as const
  assert.equal(
    (await takeMeasure(portal.parts.desk, wanted, { staffId, right: 'analyst' })).kind,
    'taken',
  )
  await eventually(async () => await portal.db('measures').whereNotNull('effective_at').first())
  const server = portal.metrics?.listen('127.0.0.1', 0)
  assert.ok(server)
  await once(server, 'listening')
  const text = await (
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  ).text()
  const figure = (name: string) =>
    Number(new RegExp(`^postern_abuse_${name} (\\S+)$`, 'm').exec(text)?.[1])
  for (const [name, expected] of [
    ['day{what="reports"}', 1],
    ['day{what="share-proven"}', 1],
    ['backlog{what="cases-unseen"}', 0],
    ['backlog{what="reports-unjudged"}', 0],
    ['high_unseen', 0],
    ['high_unseen_age_seconds', 0],
  ] as const)
    assert.equal(figure(name.replace(/[{}]/g, '\\$&')), expected, name)
  const { severity } = await portal.db('abuse_cases').first('severity')
  assert.equal(figure(`backlog\\{what="cases-${['low', 'medium', 'high'][severity]}"\\}`), 1)
  for (const what of ['first-look-p50', 'first-look-p95', 'effect-p50', 'effect-p95'])
    assert.ok(figure(`day\\{what="${what}"\\}`) >= 0, what)
  assert.ok(figure('backlog_age_seconds') >= 0)
  server.close()
})
