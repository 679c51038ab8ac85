// A text belongs to one feature, so that a feature can be removed with its folder.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { DeskFeature } from '#server/desk/feature.ts'
import { features } from '#server/features.ts'
import { locales } from '#server/kit/i18n/texts.ts'
import { keysOf, root, sources, treesOfFeatures } from './feature-texts.ts'

const all: readonly Pick<DeskFeature<never>, 'name' | 'events' | 'actions' | 'messages'>[] =
  features

const owned = [...treesOfFeatures].flatMap(([name, tree]) =>
  keysOf(tree, 'en').map((key) => ({ key, name })),
)
const owners = new Map(owned.map(({ key, name }) => [key, name]))

/** From the ground up, as in test/architecture.test.ts. */
const wings = ['core', 'db', 'kit', 'accounts', 'recovery', 'mail', 'access', 'desk', 'site']
const floorOf = (feature: string) => wings.indexOf(feature.split('/')[0] ?? '')

/** Views outside the folders of wings. */
const commonViews: readonly { readonly views: RegExp; readonly wing: string }[] = [
  { views: /^views\/components\/events\.ejs$/, wing: 'accounts' },
  { views: /^views\/layouts\/staff\.ejs$/, wing: 'desk' },
  // The foot of every page leads to the help and to the form for reports.
  { views: /^views\/layouts\/footer\.ejs$/, wing: 'site' },
  { views: /^views\/(components|errors|layouts)\//, wing: 'kit' },
]

/** A wing, or a feature of it; undefined where texts of all wings may be used. */
function placeOf(file: string): string | undefined {
  const message = /^views\/messages\/([^/]+)/.exec(file)?.[1]
  if (message) return owners.get(`messages.${message}.subject`) ?? 'kit'
  const common = commonViews.find(({ views }) => views.test(file))?.wing
  return common ?? /^(?:server|views)\/([^/]+)\//.exec(file)?.[1]
}

test('each texts.json belongs to the feature of its folder, in every language', () => {
  const files = readdirSync(path.join(root, 'server'), { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'texts.json')
    .map((file) => path.dirname(file).split(path.sep).join('/'))
  assert.deepEqual(files.toSorted(), [...treesOfFeatures.keys()].toSorted())
  for (const [name, tree] of treesOfFeatures) {
    const file = path.join(root, 'server', name, 'texts.json')
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), tree, name)
    assert.deepEqual(Object.keys(tree).toSorted(), locales.toSorted(), name)
  }
})

test('two features never give the same key', () => {
  const shared = [...Map.groupBy(owned, ({ key }) => key)].filter(([, each]) => each.length > 1)
  assert.deepEqual(
    shared.map(([key, each]) => `${key}: ${each.map(({ name }) => name).join(', ')}`),
    [],
  )
})

test('a wing uses its own texts and those of the wings that it stands on', () => {
  const borrowed = sources.flatMap(([file, source]) => {
    const floor = floorOf(placeOf(file) ?? '')
    // `core` has no texts: what looks like a key is the name of a digest.
    if (floor < wings.indexOf('kit')) return []
    return [...source.matchAll(/['"`]([\w-]+(?:\.[\w-]+)+)['"`]/g)].flatMap(([, key = '']) => {
      const owner = owners.get(key)
      return owner && floorOf(owner) > floor ? [`${file}: ${key} of ${owner}`] : []
    })
  })
  assert.deepEqual(borrowed, [])
})

test('the texts of an event, an action of staff or a message stand with the feature that names it', async () => {
  const named = await Promise.all(
    all.map(async ({ name, events, actions, messages }) => {
      const namesIn = (rows: object = {}) => Object.keys(rows)
      return [
        ...namesIn((await events?.())?.events).map((event) => `activity.events.${event}`),
        ...namesIn((await actions?.())?.actions).map((action) => `audit.${action}`),
        ...namesIn((await messages?.())?.messages).map((message) => `messages.${message}`),
      ].map((block) => ({ block, name }))
    }),
  )
  // Every recovery method has the same events, and a sentence of its own for each.
  const isOfMethod = /^activity\.events\.[\w-]+\.(?:added|changed|doubted|removed)$/
  const strays = named.flat().flatMap(({ block, name }) => {
    if (name === 'recovery/methods' && isOfMethod.test(block)) return []
    const given = owned.filter(({ key }) => key === block || key.startsWith(`${block}.`))
    const wrong = given
      .filter((text) => text.name !== name)
      .map((text) => `${text.key} of ${text.name}`)
    return given.length > 0 ? wrong : [`no text ${block}`]
  })
  assert.deepEqual(strays, [])
})
