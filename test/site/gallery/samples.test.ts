import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ErrorKind } from '#server/kit/pages/errors/errors.ts'
import { documentNames } from '#server/site/documents/read-document.ts'
import { helpTopics } from '#server/site/help/topics.ts'
import { gallerySamples, messageSamples, samples } from '#test/support/gallery-samples.ts'

const server = new URL('../../../server/', import.meta.url)
const texts = readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/samples?\.ts$|^site\/gallery\//.test(file))
  .map((file) => readFileSync(new URL(file, server), 'utf8'))

const errorKinds: Readonly<Record<ErrorKind, true>> = {
  'bad-request': true,
  error: true,
  forbidden: true,
  'not-found': true,
  'too-large': true,
  'too-many-tries': true,
  unavailable: true,
}
const contacts = ['phone', 'backup-address']
/** The steps of recovery methods: `challenge: { page: 'recover-sms', … }`. */
const steps = texts.flatMap((text) =>
  [...text.matchAll(/\bpage: '(recover-[a-z-]+)'/g)].map((match) => match[1] ?? ''),
)

/** Page ids that are no literals where a page is shown, as they stand in the code without ` and $. */
const computed: Readonly<Record<string, readonly string[]>> = {
  documentName: documentNames,
  id: contacts,
  '{id}-confirm': contacts.map((kind) => `${kind}-confirm`),
  'help-{topic}': helpTopics.map((topic) => `help-${topic}`),
  kind: Object.keys(errorKinds),
  page: steps,
  'proof.page': steps,
}
/** A developer's page, which nobody else sees. */
const withoutSample = ['outbox']

/** `id: 'home', view: 'site/overview/home'` shows a page. */
const shownIds = texts.flatMap((text) =>
  [...text.matchAll(/\bid(?:: ([^,\n]+))?,\s*view: /g)].map((match) =>
    (match[1] ?? 'id').replace(/[`$]/g, ''),
  ),
)

const without = (names: readonly string[], known: readonly string[]) =>
  names.filter((name) => !known.includes(name))

test('every page id has a sample', () => {
  const ids = shownIds.flatMap((shown) => {
    const literal = /^'(.+)'$/.exec(shown)?.[1]
    const found = literal === undefined ? computed[shown] : [literal]
    assert.ok(found, `no page ids are known for ${shown}`)
    return found
  })
  assert.ok(ids.length > 70 && steps.length >= 5, 'the pages are still found')
  const sampled = samples.map(({ page }) => page)
  assert.deepEqual(without(ids, [...sampled, ...withoutSample]), [])
})

test('every sample shows a page that the portal has', () => {
  const ids = shownIds.flatMap((shown) => computed[shown] ?? shown.slice(1, -1))
  const sampled = samples.map(({ page }) => page)
  assert.deepEqual(without(sampled, ids), [])
})

test('every message has a sample', () => {
  const sampled = messageSamples.map(({ name }) => name)
  assert.deepEqual(without(Object.keys(gallerySamples.catalogue), sampled), [])
})
