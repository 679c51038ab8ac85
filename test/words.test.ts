// Words and names: retired words stay away, and a folder has one name in server, views and test.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

interface Retired {
  readonly word: string
  readonly instead: string
  readonly pattern: RegExp
  /** As a name in code; or in any sentence and name, but for texts that people read. */
  readonly as: 'name' | 'word'
}

const retired: readonly Retired[] = [
  { word: 'limiter', instead: 'limit', pattern: /(?<![\w-])limiters?\b/i, as: 'word' },
  { word: 'budget', instead: 'limit', pattern: /\bbudgets?\b/i, as: 'word' },
  { word: 'pace', instead: 'limit', pattern: /\bpaces?\b/i, as: 'word' },
  { word: 'burst', instead: 'recent', pattern: /\bbursts?\b/i, as: 'name' },
  { word: 'told', instead: 'notice, or what it is', pattern: /\btold\b/, as: 'name' },
  {
    word: 'tellOwner',
    instead: 'notifyOwner',
    pattern: /\btell(?:Owner|Brake|Done)\b/,
    as: 'name',
  },
  { word: 'objection', instead: 'appeal', pattern: /\bobjections?\b/i, as: 'name' },
  { word: 'anew', instead: 'again', pattern: /\banew\b/i, as: 'word' },
  { word: 'whoever', instead: 'the person', pattern: /\bwhoever\b/i, as: 'word' },
  { word: 'of before', instead: 'earlier', pattern: /\bof before\b/i, as: 'word' },
  { word: 'deed', instead: 'what was done', pattern: /\bdeeds?\b/i, as: 'word' },
]

const exceptions: readonly { readonly file: string; readonly because: string }[] = [
  { file: 'STYLE.md', because: 'shows sentences as they were before' },
  { file: 'docs/renamed-tests.md', because: 'lists old names of tests' },
  { file: 'docs/texts.md', because: 'lists words that texts do not say' },
  { file: 'server/recovery/undo/store.ts', because: 'told is a column, which keeps its name' },
  { file: 'test/recovery/flow/recovery-secrets.test.ts', because: 'told is a column' },
  { file: 'test/support/recovery/contact-trial.ts', because: 'told is a column' },
  ...['0001-0039/0001-accounts', '0040-0079/0042-audit', '0040-0079/0069-limits'].map((name) => ({
    file: `db/migrations/${name}.ts`,
    because: 'has run, and its words are in databases',
  })),
  { file: 'test/words.test.ts', because: 'lists the words' },
]

const filesUnder = (folder: string, ending: RegExp): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
    .filter((file) => ending.test(file))

const literal = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/
const pattern = /(?<=[(,=:[!?]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/
const comment = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/
/** Shorter strings are names of settings, tables and texts. */
const sentence = /(?:\S+ ){3}/

/** Keeps lines. */
function withoutLiterals(code: string, withSentences: boolean): string {
  const parts = new RegExp([comment, pattern, literal].map((each) => each.source).join('|'), 'g')
  return code.replace(parts, (part) => {
    const isSentence = part.startsWith('/*') || part.startsWith('//') || sentence.test(part)
    return isSentence && withSentences ? part : part.replace(/[^\n]+/g, ' ')
  })
}

/** What stands in a template's tags: comments (`<%#`) are sentences, the rest is code. */
const codeOfView = (view: string): string =>
  [...view.matchAll(/<%(#?)[-_=]?([\s\S]*?)[-_]?%>/g)]
    .map(([, isComment, inside = '']) => (isComment ? `/*${inside}*/` : inside))
    .join('\n')

function checked(file: string, as: Retired['as']): string {
  const text = read(file)
  if (file.endsWith('.md')) return as === 'word' ? text.replace(/`[^`\n]*`/g, '') : ''
  const code = file.endsWith('.ejs') ? codeOfView(text) : text
  return withoutLiterals(code, as === 'word')
}

const allFiles = [
  ...['server', 'views', 'test', 'db'].flatMap((folder) => filesUnder(folder, /\.(?:ts|js|ejs)$/)),
  ...filesUnder('docs', /\.md$/),
  'test/support/README.md',
  'README.md',
  'CONTRIBUTING.md',
  'STYLE.md',
]

test('no retired word returns in code, views, tests or documents', () => {
  const excepted = new Set(exceptions.map(({ file }) => file))
  const found = allFiles
    .filter((file) => !excepted.has(file))
    .flatMap((file) =>
      retired
        .filter(({ pattern, as }) => pattern.test(checked(file, as)))
        .map(({ word, instead }) => `${file}: ${word} (say ${instead})`),
    )
  assert.deepEqual(found, [])
})

test('every exception from the retired words is needed', () => {
  const idle = exceptions.filter(
    ({ file }) =>
      !existsSync(path.join(root, file)) ||
      !retired.some(({ pattern, as }) => pattern.test(checked(file, as))),
  )
  assert.deepEqual(
    idle.filter(({ file }) => file !== 'test/words.test.ts'),
    [],
  )
})

const foldersIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** `db` is a wing, with its folder beside `server`. */
const wings = foldersIn('server').filter((wing) => wing !== 'cli')
const isRoom = (room: string) => existsSync(path.join(root, 'server', room))

test('every folder of views and of tests in a wing is a room of that wing', () => {
  const strange = ['views', 'test'].flatMap((tree) =>
    foldersIn(tree)
      .filter((wing) => wings.includes(wing))
      .flatMap((wing) => foldersIn(`${tree}/${wing}`).map((room) => `${wing}/${room}`))
      .filter((room) => !isRoom(room))
      .map((room) => `${tree}/${room}`),
  )
  assert.deepEqual(strange, [])
})

const otherFolders: Readonly<Record<string, string>> = {
  'views/components': 'parts of pages, which every wing uses',
  'views/errors': 'pages that any feature can end in',
  'views/layouts': 'frames of pages, which every wing uses',
  'views/messages': 'mails and SMS by name',
  'test/bench': 'measurements, which run by hand',
  'test/browser': 'people at a browser, across the wings',
  'test/cli': 'of server/cli',
  'test/contracts': 'what every platform and every method promises',
  'test/db': 'of db, which has a folder of its own',
  'test/mail-platform': 'sets up Dovecot and Postfix for tests',
  'test/prove': 'long proofs, which run by hand',
  'test/support': 'what tests share',
}

test('every other folder of views and tests is known, with what it is for', () => {
  const others = ['views', 'test'].flatMap((tree) =>
    foldersIn(tree)
      .filter((folder) => !wings.includes(folder))
      .map((folder) => `${tree}/${folder}`),
  )
  assert.deepEqual(others.sort(), Object.keys(otherFolders).sort())
})

test('a test beside the rooms of a wing is of the file of that name', () => {
  const misplaced = wings
    .filter((wing) => existsSync(path.join(root, 'test', wing)))
    .flatMap((wing) =>
      readdirSync(path.join(root, 'test', wing))
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => `${wing}/${name}`),
    )
    .filter((file) => !isRoom(file.replace('.test.ts', '.ts')))
  assert.deepEqual(misplaced, [])
})
