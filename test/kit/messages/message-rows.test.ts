import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { features } from '#server/features.ts'
import type { Feature } from '#server/kit/feature.ts'
import { createFormats } from '#server/kit/i18n/format.ts'
import { locales, type TextTrees, walkTexts } from '#server/kit/i18n/texts.ts'
import type { MessageRow } from '#server/kit/messages/catalogue.ts'
import { sampleStopToken, sampleToken } from '#server/kit/messages/message-sample.ts'
import { createMessageLocals } from '#server/kit/messages/rendering/message-locals.ts'
import { gallerySamples, messageSamples } from '#test/support/gallery-samples.ts'
import { baseUrl, texts } from '#test/support/messages/message-trial.ts'

const all: readonly Pick<Feature<never>, 'name' | 'texts' | 'messages' | 'samples'>[] = features
function keysOf(texts: TextTrees | undefined): Set<string> {
  const keys = new Set<string>()
  if (texts) walkTexts(texts.en, (key) => keys.add(key))
  return keys
}

const rows = await Promise.all(
  all.map(async ({ name, texts, messages, samples }) => ({
    feature: name,
    texts: keysOf(texts),
    messages: Object.entries((await messages?.())?.messages ?? {}),
    sampled: Object.keys((await samples?.())?.messageSamples ?? {}),
  })),
)
const listed = rows.flatMap(({ messages }) => messages)
const rowOf = (name: string): MessageRow => gallerySamples.catalogue[name as never]

const folder = new URL('../../../views/messages/', import.meta.url)
const goesBy = ({ channels }: MessageRow, channel: 'mail' | 'sms') => channels.includes(channel)

test('every message of every feature has its views for each channel, and none is left over', () => {
  assert.ok(listed.length > 20)
  const mails = listed.filter(([, row]) => goesBy(row, 'mail')).map(([name]) => name)
  const missing = mails.flatMap((name) =>
    ['subject', 'text', 'html']
      .map((part) => `${name}/${part}.ejs`)
      .filter((file) => !existsSync(new URL(file, folder))),
  )
  assert.deepEqual(missing, [])
  for (const { texts, messages } of rows)
    for (const [name, row] of messages) {
      assert.equal(texts.has(`messages.${name}.sms`), goesBy(row, 'sms'), `the SMS of ${name}`)
      const isLinked = goesBy(row, 'sms') && row.links !== undefined
      assert.equal(texts.has(`messages.${name}.smsLink`), isLinked, `the link of ${name}`)
    }
  const views = readdirSync(folder).filter((name) => !['layout', 'parts'].includes(name))
  assert.deepEqual(views.toSorted(), mails.toSorted())
})

test('a message is of one feature, which has its texts and its samples', () => {
  const names = listed.map(([name]) => name)
  assert.deepEqual(names.toSorted(), Object.keys(gallerySamples.catalogue).toSorted())
  for (const { feature, texts, messages, sampled } of rows) {
    const own = messages.map(([name]) => name).toSorted()
    const said = [...texts].flatMap((key) => /^messages\.(.+)\./.exec(key)?.[1] ?? [])
    const declared = [...new Set(said)].filter((name) => name !== 'shared')
    assert.deepEqual([sampled.toSorted(), declared.toSorted()], [own, own], feature)
  }
})

test('no view of a message gets a bare token', () => {
  const localsOf = createMessageLocals({
    texts,
    formats: createFormats('Europe/Minsk'),
    serviceName: 'Postern',
    baseUrl,
    undoDays: 7,
  })
  let tokens = 0
  for (const { name, params } of messageSamples) {
    for (const locale of locales) {
      const values = Object.values(localsOf(rowOf(name), { ...params }, locale, ''))
      for (const token of [sampleToken, sampleStopToken]) {
        assert.ok(!values.includes(token), name)
        tokens += values.filter((value) => String(value).endsWith(`/${token}`)).length
      }
    }
  }
  assert.ok(tokens > 100, 'samples have tokens, which end links')
})

test('the link that ends letters is one of the links of the message', () => {
  for (const [name, { unsubscribe, links = {} }] of listed)
    if (unsubscribe !== undefined) assert.ok(unsubscribe in links, name)
})
