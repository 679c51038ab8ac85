// The floor plan, held against the imports. Each rule is data with its reason.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { startFlags } from './support/start-flags.ts'

const root = path.resolve(import.meta.dirname, '..')

interface Source {
  /** From the repository's root, with `/`. */
  readonly file: string
  readonly text: string
  /** Of our own: paths from the root. Of packages: their names. Types that are erased count too. */
  readonly imports: readonly string[]
}

function resolveImport(file: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
  return specifier
}

const sources: readonly Source[] = ['server', 'db'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = path.posix.join(folder, name.split(path.sep).join('/'))
      const text = readFileSync(path.join(root, file), 'utf8')
      const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
      return { file, text, imports: found.map((specifier) => resolveImport(file, specifier)) }
    }),
)

const featureOf = (file: string) => /^server\/([^/]+)\//.exec(file)?.[1]
const base = (file: string) => path.posix.basename(file)
const isRoutes = (file: string) => base(file).endsWith('routes.ts')

/** Features may use what belongs to everybody. */
const shared = new Set([
  'core',
  'web',
  'i18n',
  'jobs',
  'messages',
  'accounts',
  'claims',
  'contacts',
  'sessions',
  'activity',
  'audit',
  'app-passwords',
  'mailboxes',
  'mail-platform',
  'staff',
])

interface Rule {
  readonly name: string
  readonly because: string
  readonly allows: (source: Source, imported: string) => boolean
}

const rules: readonly Rule[] = [
  {
    name: 'express only at the edge',
    because: 'what a feature does must be callable without HTTP',
    allows: ({ file }, imported) =>
      !/^express$/.test(imported) ||
      isRoutes(file) ||
      /^server\/web\//.test(file) ||
      file === 'server/app.ts' ||
      file === 'server/compose.ts' ||
      /^server\/(sign-in\/(passport|device-cookie)|recovery\/(flow-cookie|step-pages))\.ts$/.test(file),
  },
  {
    name: 'knex only in stores, db and jobs',
    because: 'SQL stands where it can be found; others pass a transaction on',
    allows: ({ file }, imported) =>
      imported !== 'knex' || base(file).endsWith('store.ts') || /^(db|server\/jobs)\//.test(file),
  },
  {
    name: 'core imports nothing of ours',
    because: 'values and rules without I/O',
    allows: ({ file }, imported) =>
      !file.startsWith('server/core/') || !/^(server|db)\//.test(imported) || imported.startsWith('server/core/'),
  },
  {
    name: "no feature imports another feature's routes",
    because: 'pages are joined in app.ts alone',
    allows: ({ file }, imported) =>
      !(imported.startsWith('server/') && isRoutes(imported)) ||
      file === 'server/app.ts' ||
      featureOf(file) === featureOf(imported),
  },
  {
    name: "no feature imports another feature's store",
    because: 'a table has one owner; the others call its verbs',
    allows: ({ file }, imported) => {
      const owner = featureOf(imported)
      if (!owner || !base(imported).endsWith('store.ts') || shared.has(owner)) return true
      return featureOf(file) === owner || !featureOf(file) || ['cli', 'dev', 'jobs'].includes(featureOf(file) ?? '')
    },
  },
  {
    name: 'recovery imports no method',
    because: 'a new recovery method must leave recovery/ as it is',
    allows: ({ file }, imported) =>
      !file.startsWith('server/recovery/') || !/^server\/(backup-address|phone|security-question)\//.test(imported),
  },
  {
    name: "only mail-platform/x knows x's protocol",
    because: 'the seam is worth something only where nobody looks past it',
    allows: ({ file }, imported) =>
      !/^server\/mail-platform\/[^/]+\//.test(imported) ||
      file.startsWith('server/mail-platform/') ||
      /^(server\/cli|db\/migrations)\//.test(file) ||
      // How a setting of one platform is written.
      file === 'server/settings.ts',
  },
]

for (const rule of rules) {
  test(`${rule.name}: ${rule.because}`, () => {
    const broken = sources.flatMap((source) =>
      source.imports
        .filter((imported) => !rule.allows(source, imported))
        .map((imported) => `${source.file} → ${imported}`),
    )
    assert.deepEqual(broken, [])
  })
}

const textRules: readonly { name: string; because: string; pattern: RegExp; except: RegExp }[] = [
  {
    name: 'process.env only in config.ts',
    because: 'every setting is parsed once, in one place',
    pattern: /process\.env\b/,
    except: /^server\/config\.ts$/,
  },
  {
    name: 'the time only from the clock',
    because: 'tests move it, and an expiry means the same everywhere',
    pattern: /\bDate\.now\(\)|new Date\(\)/,
    except: /^server\/core\/clock\.ts$/,
  },
]

for (const rule of textRules) {
  test(`${rule.name}: ${rule.because}`, () => {
    const broken = sources
      .filter(({ file, text }) => !rule.except.test(file) && rule.pattern.test(text))
      .map(({ file }) => file)
    assert.deepEqual(broken, [])
  })
}

test('the image and the systemd unit start the portal as npm start does', () => {
  const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  const flagsIn = (text = '') => text.match(/--[a-z-]+=\d+/g)
  const dockerfile = read('Dockerfile')
  const starts = [
    /^ExecStart=.*$/m.exec(read('docs/postern.service')),
    /^CMD \[.*$/m.exec(dockerfile),
    // The compiler's cache is of use only to a process with the same flags.
    /^RUN node .*$/m.exec(dockerfile),
  ]
  assert.ok(startFlags.length > 0)
  for (const start of starts) assert.deepEqual(flagsIn(start?.[0]), startFlags)
})
