// The floor plan, held against the imports. Each rule is data with its reason.
import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { methodIds } from '#server/core/method-ids.ts'
import { features } from '#server/features.ts'
import { createTestDatabase } from './support/database.ts'
import { startFlags } from './support/run/start-flags.ts'
import { tableWritesOf } from './support/run/table-writes.ts'

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
  if (specifier.startsWith('.'))
    return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
  return specifier
}

const sources: readonly Source[] = ['server', 'db'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = path.posix.join(folder, name.split(path.sep).join('/'))
      const text = readFileSync(path.join(root, file), 'utf8')
      const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
        (match) => match[1] ?? '',
      )
      return { file, text, imports: found.map((specifier) => resolveImport(file, specifier)) }
    }),
)

/** From the ground up: what stands in a wing uses its own wing and those before it. */
const wings = [
  'core',
  'db',
  'kit',
  'accounts',
  'recovery',
  'mail',
  'access',
  'desk',
  'site',
] as const
/** What joins the wings: `server/*.ts` and the commands. */
const roof = wings.length

function floorOf(file: string): number {
  const name = file.startsWith('db/') ? 'db' : /^server\/([^/]+)\//.exec(file)?.[1]
  const floor = (wings as readonly (string | undefined)[]).indexOf(name)
  return floor === -1 ? roof : floor
}

const featureOf = (file: string) => /^server\/([^/]+\/[^/]+)\//.exec(file)?.[1]
const isOurs = (imported: string) => /^(server|db)\//.test(imported)
const base = (file: string) => path.posix.basename(file)
const isRoutes = (file: string) => base(file).endsWith('routes.ts')
/** Answers requests: routes, and one page of them in a file of its own. */
const isEdge = (file: string) => /(?:routes|-page|-pages|-search)\.ts$/.test(base(file))

/** Features may use what belongs to everybody. */
const shared = new Set([
  'kit/web',
  'kit/pages',
  'kit/drafts',
  'kit/limits',
  'kit/i18n',
  'kit/jobs',
  'kit/messages',
  'accounts/accounts',
  'accounts/claims',
  'accounts/life',
  'accounts/sessions',
  'accounts/activity',
  'mail/app-passwords',
  'mail/mailboxes',
  'mail/mail-platform',
  'recovery/contacts',
  'recovery/dead-links',
  'recovery/flow',
  'desk/audit',
  'desk/staff',
])
/** Rooms of one house: cases, reports and measures are written in one transaction. */
const isOfDesk = (file: string) => file.startsWith('server/desk/')

interface Rule {
  readonly name: string
  readonly because: string
  readonly allows: (source: Source, imported: string) => boolean
}

/** Files that answer requests and are no routes. */
const httpBesideRoutes = new Set([
  'accounts/sessions/browser-session.ts',
  'access/closing/closing-cookie.ts',
  'access/sign-in/blocked-cookie.ts',
  'access/sign-in/passport.ts',
  'accounts/sessions/device-cookie.ts',
  'accounts/sessions/typed-name-cookie.ts',
  'recovery/contacts/contact-answers.ts',
  'recovery/contacts/contact-pages.ts',
  'recovery/contacts/show-contact.ts',
  'recovery/flow/flow-cookie.ts',
  'recovery/flow/flow-steps.ts',
  'recovery/flow/step-pages.ts',
  'desk/staff/staff.ts',
  'desk/reports/form/report-body.ts',
])

const rules: readonly Rule[] = [
  {
    name: 'express only at the edge',
    because: 'what a feature does must be callable without HTTP',
    allows: ({ file }, imported) =>
      !/^express$/.test(imported) ||
      isEdge(file) ||
      /^server\/kit\/(web|pages|drafts|limits|log)\//.test(file) ||
      file === 'server/app.ts' ||
      file === 'server/kit/feature.ts' ||
      file === 'server/compose.ts' ||
      httpBesideRoutes.has(file.replace('server/', '')),
  },
  {
    name: 'knex only in stores, db and jobs',
    because: 'SQL stands where it can be found; others pass a transaction on',
    allows: ({ file }, imported) =>
      imported !== 'knex' ||
      base(file).endsWith('store.ts') ||
      /^(db|server\/kit\/jobs)\//.test(file),
  },
  {
    name: "no feature imports another feature's routes",
    because: 'a feature joins its own pages',
    allows: ({ file }, imported) =>
      !(imported.startsWith('server/') && isRoutes(imported)) ||
      file === 'server/app.ts' ||
      file === 'server/kit/feature.ts' ||
      featureOf(file) === featureOf(imported),
  },
  {
    name: "no feature imports another feature's store",
    because: 'a table has one owner; the others call its verbs',
    allows: ({ file }, imported) => {
      const owner = featureOf(imported)
      if (!owner || !base(imported).endsWith('store.ts') || shared.has(owner)) return true
      if (isOfDesk(file) && isOfDesk(imported)) return true
      return featureOf(file) === owner || floorOf(file) === roof
    },
  },
  {
    name: 'the flow of a recovery imports no method',
    because: 'a new recovery method must leave the flow as it is',
    allows: ({ file }, imported) =>
      !/^server\/recovery\/(flow|reset)\//.test(file) ||
      !methodIds.some((id) => imported.startsWith(`server/recovery/${id}/`)),
  },
  {
    name: 'the overview imports no feature that it shows',
    because: 'a feature that is taken out takes its sections and links with it',
    allows: ({ file }, imported) =>
      !file.startsWith('server/site/overview/') ||
      !isOurs(imported) ||
      /^server\/(kit|site)\/|^server\/accounts\/(sessions\/|feature\.ts)/.test(imported),
  },
  {
    name: "only mail-platform/x knows x's protocol",
    because: 'the seam is worth something only where nobody looks past it',
    allows: ({ file }, imported) =>
      !/^server\/mail\/mail-platform\/[^/]+\//.test(imported) ||
      file.startsWith('server/mail/mail-platform/') ||
      /^(server\/cli|db\/migrations)\//.test(file) ||
      file === 'server/mail/mail-platform/settings.ts',
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

test('no import runs up from one wing to another: each stands on those before it', () => {
  const up = sources.flatMap(({ file, imports }) =>
    imports
      .filter((imported) => isOurs(imported) && floorOf(imported) > floorOf(file))
      .map((imported) => `${file} → ${imported}`),
  )
  assert.deepEqual(up, [])
})

/** Takes away what imports nothing that is left, again and again. What stays is in a circle or leads to one. */
function filesInCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(imports)
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const [file, imported] of left)
      if (!imported.some((each) => left.has(each))) left.delete(file)
  }
  return [...left.keys()]
}

test('no files import each other in a circle, types included', () => {
  const imports = new Map(sources.map((source) => [source.file, source.imports]))
  assert.deepEqual(filesInCircles(imports), [])
  const round = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['b']],
    ['d', []],
  ])
  assert.deepEqual(filesInCircles(round), ['a', 'b', 'c'], 'a circle is found')
})

const textRules: readonly { name: string; because: string; pattern: RegExp; except: RegExp }[] = [
  {
    name: 'process.env only in kit/settings',
    because: 'every setting is parsed once, in one place',
    pattern: /process\.env\b/,
    except: /^server\/kit\/settings\/config\.ts$/,
  },
  {
    name: 'the time only from the clock',
    because: 'tests move it, and an expiry means the same everywhere',
    pattern: /\bDate\.now\(\)|new Date\(\)/,
    except: /^server\/core\/clock\.ts$/,
  },
  {
    name: 'samples are loaded only when the gallery asks',
    because: 'production needs none of them',
    pattern: /import (?!type )[^']*from '[^']*\/samples?\.ts'/,
    except: /samples?\.ts$|\/sample-(page|facts)\.ts$|^server\/site\/gallery\/gallery\.ts$/,
  },
  {
    name: 'messages are loaded with the first one that is sent',
    because: 'zod is large, and most processes send nothing for a long time',
    pattern: /import (?!type )[^']*from '(?:zod|[^']*\/(?:messages|params|notice-row)\.ts)'/,
    except:
      /\/(?:messages|params|notice-row)\.ts$|^server\/mail\/client-sign-ins\/read-report\.ts$/,
  },
  {
    name: 'a route hands no parser of bodies to express by itself',
    because: 'only boundBody cuts a body that has no end',
    pattern:
      /\.(?:post|put|patch|delete|all|use)\((?:(?!boundBody)[\s\S]){0,200}?express\.(?:urlencoded|text|raw|json)\(/,
    except: /^$/,
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

/** Verbs that write an account's tables without going through its door, each group with its reason. */
const besideTheDoor: readonly { readonly because: string; readonly verbs: readonly string[] }[] = [
  {
    because: 'before an account is there, nobody else can see it',
    verbs: ['accounts/accounts/store.ts insertAccount'],
  },
  {
    because: 'a part of the statement of a known sign-in, whose first step locks as the door does',
    verbs: [
      'accounts/activity/link-store.ts addEntrySql',
      'accounts/sessions/sign-in-store.ts beginSessionSql',
      'accounts/sessions/sign-in-store.ts noteDeviceSql',
    ],
  },
  {
    because: 'its statement demands the epoch of the account, and moves only what is of it',
    verbs: ['accounts/sessions/store.ts updateSession', 'recovery/flow/store.ts noteProof'],
  },
  {
    because: 'a try is counted before it is judged, by right and wrong proofs alike',
    verbs: [
      'recovery/contacts/store.ts countConfirmationTry',
      'recovery/security-question/store.ts countAnswer',
      'recovery/security-question/store.ts uncountAnswer',
    ],
  },
  {
    because: 'a flow of nobody walks the same way, and there is no row to lock',
    verbs: ['recovery/flow/store.ts insertFlow', 'recovery/flow/store.ts noteChallenge'],
  },
  {
    because: 'it notes when something was seen, and opens nothing',
    verbs: [
      'accounts/sessions/store.ts touchSession',
      'mail/app-passwords/store.ts noteAppPasswordUse',
      'mail/client-sign-ins/store.ts noteGoodMark',
      'mail/client-sign-ins/store.ts recordSignIn',
      'mail/mailboxes/reconcile/reconcile-store.ts noteSeen',
      'mail/mailboxes/usage-store.ts noteMailboxUsage',
    ],
  },
  {
    because: 'the worker notes what the platform has done of what is wanted',
    verbs: [
      'mail/mailboxes/work-store.ts acknowledgeMailbox',
      'mail/mailboxes/work-store.ts noteFiltersEnded',
      'mail/mailboxes/work-store.ts noteMailboxFailure',
      'mail/mailboxes/work-store.ts notePasswordLive',
      'mail/filters/store.ts deleteHeldFilter',
      'mail/filters/store.ts insertHeldFilter',
      'mail/filters/store.ts noteFilterRead',
      'mail/filters/store.ts noteKeepProblem',
      'mail/filters/store.ts noteUnheld',
      'mail/filters/store.ts settleHeldFilter',
      'mail/mailboxes/work-store.ts noteSessionsEnded',
      'desk/measures/measure-store.ts noteEffect',
    ],
  },
  {
    because: 'entries are only added, and the chain has a lock of its own',
    verbs: ['accounts/activity/store.ts recordActivity', 'desk/audit/store.ts recordAudit'],
  },
  {
    because: 'a sweep deletes what is dead',
    verbs: [
      'desk/cases/retention-store.ts deleteOldCases',
      'access/export/store.ts deleteOldExports',
      'accounts/password/store.ts deleteOldVerifiers',
      'mail/app-passwords/store.ts deleteRevokedAppPasswords',
      'recovery/backup-address/link-store.ts deleteOldLinks',
      'mail/client-sign-ins/store.ts deleteOldMarks',
      'mail/client-sign-ins/store.ts deleteOldSignIns',
      'recovery/contacts/store.ts deleteOldConfirmations',
      'recovery/dead-links/store.ts deleteOldDeadLinks',
      'recovery/dead-links/store.ts rememberGoneSql',
      'mail/filters/store.ts deleteSettledFilters',
      'recovery/flow/store.ts deleteOldFlows',
      'mail/sending-limits/store.ts deleteOldRecipients',
      'mail/sending-limits/store.ts deleteOldSendingDays',
      'accounts/sessions/store.ts deleteDeadSessions',
      'recovery/undo/store.ts deleteOldUndos',
      'site/check/store.ts deleteOldQuestions',
    ],
  },
  {
    because: 'signing out only takes away',
    verbs: ['accounts/sessions/store.ts deleteSession'],
  },
  {
    because: 'the same values are sealed under the newest key',
    verbs: [
      'accounts/claims/store.ts rekeyClaims',
      'recovery/undo/store.ts rekeyUndos',
      'desk/rekey-store.ts rekeyDesk',
      '../db/reseal.ts resealColumn',
    ],
  },
  {
    because:
      'the primary key decides: a registration claims before there is an account, the others stand behind its door',
    verbs: [
      'accounts/claims/store.ts claim',
      'accounts/claims/store.ts claimDigest',
      'accounts/claims/store.ts release',
    ],
  },
  {
    because:
      'the same password under stronger parameters, where the verifier is still the one that was judged',
    verbs: ['accounts/accounts/store.ts strengthenVerifier'],
  },
  {
    because: 'a preference that opens nothing',
    verbs: ['desk/staff/factor-store.ts setShortcutsOff'],
  },
  {
    because: 'a case of the desk tells of an account and changes nothing of it',
    verbs: [
      'desk/bulk/facts-store.ts holdAnswers',
      'desk/bulk/facts-store.ts releaseAnswers',
      'desk/bulk/facts-store.ts setReopened',
      'desk/cases/attribute-store.ts attributeOpenCase',
      'desk/cases/joining/join-store.ts setNotOurs',
      'desk/cases/joining/join-store.ts addKind',
      'desk/cases/joining/join-store.ts joinCase',
      'desk/cases/joining/join-store.ts recountPeople',
      'desk/cases/case-store.ts noteFirstLook',
      'desk/cases/case-store.ts openCase',
      'desk/cases/case-store.ts setClosed',
      'desk/cases/case-store.ts setOutcome',
      'desk/cases/case-store.ts setSeverity',
      'desk/claims/claim-store.ts clearClaim',
      'desk/claims/claim-store.ts clearIdleClaims',
      'desk/claims/claim-store.ts moveClaim',
      'desk/claims/claim-store.ts renewClaim',
      'desk/claims/claim-store.ts setClaim',
      'desk/clocks/clock-store.ts setDueAt',
      'desk/clocks/clock-store.ts setPaused',
      'desk/clocks/clock-store.ts setResumed',
    ],
  },
  {
    because: 'a proposal that is refused was never in force',
    verbs: ['desk/measures/measure-store.ts setRefused'],
  },
  {
    because: 'letters are counted as they are sent, and an alert is told once',
    verbs: [
      'mail/sending-limits/store.ts spendAlert',
      'mail/sending-limits/store.ts addRecipient',
      'mail/sending-limits/store.ts countLetter',
      'mail/sending-limits/store.ts insertAlert',
      'mail/sending-limits/store.ts openDay',
    ],
  },
]

/** Features that can be taken out by their line in features.ts. */
const leaves = [
  'access/password',
  'access/sessions',
  'desk/figures',
  'desk/help',
  'mail/client-sign-ins',
  'site/development',
  'site/gallery',
  'site/help',
  'site/overview',
  'site/security-txt',
]

test('the list of features alone imports a feature that nothing else needs', () => {
  const used = leaves.flatMap((leaf) =>
    sources.flatMap(({ file, imports }) =>
      file === 'server/features.ts' || featureOf(file) === leaf
        ? []
        : imports
            .filter((imported) => featureOf(imported) === leaf)
            .map((imported) => `${file} → ${imported}`),
    ),
  )
  assert.deepEqual(used, [])
})

test('only its own tests import a feature that the proof of leaves takes out', () => {
  const taken = ['desk/figures', 'desk/help', 'site/security-txt']
  const used = globSync('test/**/*.ts').filter((file) =>
    taken.some(
      (leaf) =>
        !file.startsWith(`test/${leaf}/`) &&
        readFileSync(file, 'utf8').includes(`from '#server/${leaf}/`),
    ),
  )
  assert.deepEqual(used, [])
})

/** Of the migrated database, not of a list that somebody would have to keep. */
async function tablesOfPortal(): Promise<{ all: Set<string>; ofAccounts: Set<string> }> {
  const database = await createTestDatabase()
  const { rows } = await database.db.raw<{ rows: { name: string; ofAccounts: boolean }[] }>(
    `select t.table_name as name,
       t.table_name = 'accounts' or bool_or(c.column_name = 'account_id') as "ofAccounts"
     from information_schema.tables t join information_schema.columns c
       on c.table_schema = t.table_schema and c.table_name = t.table_name
     where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
     group by t.table_name`,
  )
  await database.drop()
  const ofAccounts = rows.filter((row) => row.ofAccounts)
  return {
    all: new Set(rows.map(({ name }) => name)),
    ofAccounts: new Set(ofAccounts.map(({ name }) => name)),
  }
}

/** The rooms of the desk count as one house: cases, reports and measures share transactions. */
const houseOf = (file: string) => (isOfDesk(file) ? 'desk' : (featureOf(file) ?? file))

/** They write tables with a computed name. */
const writesByName = [
  // Of the feature that hands it over.
  'server/accounts/life/rows-store.ts deleteRows',
  // Of the desk's own rooms.
  'server/desk/rekey-store.ts rekeyDesk',
]

test('no feature writes a table of another one: a statement for several is joined from their parts', async () => {
  const { all } = await tablesOfPortal()
  const listed: readonly Pick<AccountFeature<never>, 'name' | 'tables'>[] = features
  const owners = new Map(
    listed.flatMap(({ name, tables = [] }) =>
      tables.map((table) => [table, houseOf(`server/${name}/feature.ts`)] as const),
    ),
  )
  const writes = sources
    .filter(({ file }) => file.startsWith('server/'))
    .flatMap(({ file, text }) => tableWritesOf(text, all).map((write) => ({ ...write, file })))
    .filter(({ file, name }) => !writesByName.includes(`${file} ${name}`))
  assert.ok(writes.length > 80 && owners.size > 20, 'the reader still finds what is written')
  // A table that no feature lists belongs to the first who writes it: nobody else may.
  for (const { table, file } of writes) if (!owners.has(table)) owners.set(table, houseOf(file))
  const foreign = writes.filter(({ table, file }) => houseOf(file) !== owners.get(table))
  assert.deepEqual(
    foreign.map(({ file, name, table }) => `${file} ${name} writes ${table}`),
    [],
  )
})

test("what writes an account's tables takes a transaction that has gone through its door", async () => {
  const { ofAccounts: tables } = await tablesOfPortal()
  for (const known of [
    'accounts',
    'phones',
    'sessions',
    'recovery_holds',
    'undos',
    'claims',
    'mailboxes',
  ])
    assert.ok(tables.has(known), known)
  const writes = sources
    .filter(({ file }) => !/^db\/(?:migrations|mail-directory)\//.test(file))
    .flatMap(({ file, text }) => {
      const verbOf = (name: string) => `${path.posix.relative('server', file)} ${name}`
      return tableWritesOf(text, tables).map((write) => ({ ...write, verb: verbOf(write.name) }))
    })
  const past = writes.filter(({ firstParameterType }) => firstParameterType !== 'AccountTrx')
  assert.ok(writes.length - past.length > 40, 'the reader still finds what is written')
  const excepted = besideTheDoor.flatMap(({ verbs }) => verbs)
  const unexplained = past.filter(({ verb }) => !excepted.includes(verb))
  assert.deepEqual(
    unexplained.map(({ verb, table }) => `${verb} writes ${table}`),
    [],
  )
  const stale = excepted.filter((verb) => !past.some((write) => write.verb === verb))
  assert.deepEqual(stale, [], 'an exception that nothing needs any more')
})

test('the reader of writes sees a chain, a query that goes on further down, and SQL, and passes by what only reads', () => {
  const source = `
/** update phones set nothing */
export async function chain(trx: AccountTrx, id: string): Promise<void> {
  await trx('phones as p').where({ id: f(')') }).update({ a: trx('undos').select('a') })
}
export const loose = async (db: Db, keep?: Buffer) => {
  const query = db('sessions').where({ a: 1 })
  await (keep ? query.whereNot({ keep }) : query).delete()
}
export function sql(trx: Trx): Promise<void> {
  return trx.raw(\`with held as (select 1 from accounts for update), gone as (delete from undos u using held) select 1\`)
}
const anyOf = (trx: Trx, table: string) => trx(table).insert({})
const read = (db: Db) => db('phones').where({ a: 1 }).first().then(() => new Map().delete)
`
  const found = tableWritesOf(source, new Set(['accounts', 'phones', 'sessions', 'undos']))
  assert.deepEqual(found, [
    { name: 'chain', table: 'phones', firstParameterType: 'AccountTrx' },
    { name: 'loose', table: 'sessions', firstParameterType: 'Db' },
    { name: 'sql', table: 'undos', firstParameterType: 'Trx' },
    { name: 'anyOf', table: '(any)', firstParameterType: 'Trx' },
  ])
})

const doorRules: readonly {
  name: string
  because: string
  pattern: RegExp
  where: Readonly<Record<string, number>>
}[] = [
  {
    name: "an account's row is locked in two places: its door, and the one statement of a known sign-in",
    because: 'a lock elsewhere would be a second door, without epoch and state',
    pattern: /for no key update|forNoKeyUpdate\(/gi,
    where: {
      'server/accounts/accounts/change-account.ts': 2,
    },
  },
  {
    name: 'the lock as a part of a statement has one use, the known sign-in',
    because: 'its steps change an account without a proof in hand',
    pattern: /\$\{(?:lockOpenAccountSql|noteDeviceSql|moveChainSql|addEntrySql|beginSessionSql)\b/g,
    where: { 'server/access/sign-in/store.ts': 5 },
  },
  {
    name: 'only the door, and the insert of a new account, make a transaction one that has gone through it',
    because: 'a cast elsewhere would be a way around it',
    pattern: /\bas AccountTrx\b/g,
    where: {
      'server/accounts/accounts/change-account.ts': 2,
      'server/accounts/accounts/store.ts': 1,
    },
  },
]

for (const rule of doorRules) {
  test(`${rule.name}: ${rule.because}`, () => {
    const found = sources.flatMap(({ file, text }) => {
      const count = text.match(rule.pattern)?.length ?? 0
      return count > 0 ? [[file, count] as const] : []
    })
    assert.deepEqual(Object.fromEntries(found), rule.where)
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
