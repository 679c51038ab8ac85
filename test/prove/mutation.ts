// Mutation testing: small changes of the code must make a test fail.
// `npm run prove -- mutation[-PART]`
import { globSync, mkdirSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { MutantResult } from '@stryker-mutator/api/core'
import { dropLeftDatabases, startTestServer } from '#test/support/database.ts'

interface Part {
  /** Relative to `server/`. */
  readonly files: readonly string[]
  /**
   * Cheap tests first: a killed mutant is not run again. Property tests (`*-spellings`,
   * `*-any-text`) take seconds, so they are left out where examples kill enough.
   */
  readonly tests: readonly string[]
}

/** The mutated files with their tests. Browser stories and speed proofs would cost hours. */
export const mutatedParts: Readonly<Record<string, Part>> = {
  'core-secrets': {
    files: ['core/**/{clock,hash-chain,keyring,secrets,signed-token}.ts'],
    tests: ['secrets', 'hash-chain', 'signed-token', 'keyring'],
  },
  'core-login-name': {
    files: ['core/**/{login-name,names,reserved-names,service-words,text-input}.ts'],
    tests: ['login-name', 'names'],
  },
  'core-email-address': { files: ['core/identifiers/email-address.ts'], tests: ['email-address'] },
  'core-phone-number': {
    files: ['core/**/{lazily,phone-country,phone-number}.ts'],
    tests: ['phone-number'],
  },
  'core-mail-server': { files: ['core/mail-server.ts'], tests: ['mail-server'] },
  'core-common-passwords': {
    files: ['core/**/{common-list,common-passwords}.ts'],
    tests: ['common-passwords', 'password-policy'],
  },
  'core-keyboard': { files: ['core/passwords/keyboard.ts'], tests: ['keyboard'] },
  'core-password-policy': {
    files: ['core/passwords/password-policy.ts'],
    tests: ['password-policy'],
  },
  'core-secret-answer': {
    files: ['core/**/{easy-answers,secret-answer}.ts'],
    tests: ['secret-answer'],
  },
  'core-rest': { files: ['core/**/{assert-never,signing-pair}.ts'], tests: ['signing-pair'] },
  claims: { files: ['accounts/claims/*.ts'], tests: ['claims'] },
  undo: { files: ['recovery/undo/*.ts'], tests: ['undo-links', 'undo-pages'] },
  'recovery-store': {
    files: [
      'recovery/flow/{begin-recovery,flow-states,method-flow,recovery-method,store}.ts',
      'recovery/reset/hold-store.ts',
    ],
    tests: ['recovery-store'],
  },
  'recovery-steps': {
    files: ['recovery/flow/{challenge-flow,open-link,prove-flow}.ts'],
    tests: ['recovery-steps'],
  },
  'recovery-pages': {
    files: ['recovery/{flow,reset}/{apply-reset,flow-cookie,hold-reset,reset-password,routes}.ts'],
    tests: ['recovery-pages'],
  },
  'backup-address': {
    files: [
      'recovery/backup-address/{link-backup-address,link-shownLimit,link-store,' +
        'mail-guard,managed-backup-address,method,send-recovery-link,store}.ts',
    ],
    tests: ['mail-guard', 'recovery-links', 'backup-address-linking', 'recovery-by-address'],
  },
  'phone-guard': { files: ['recovery/phone/sms-limit.ts'], tests: ['sms-guard'] },
  'phone-codes': {
    files: ['recovery/phone/{code-store,send-recovery-code}.ts'],
    tests: ['phone-codes'],
  },
  'phone-recovery': {
    files: ['recovery/phone/{method,sms-shownLimit}.ts'],
    tests: ['recovery-by-phone'],
  },
  'phone-linking': {
    files: ['recovery/phone/{link-phone,managed-phone,store}.ts'],
    tests: ['phone-linking'],
  },
  'contact-pages': {
    files: ['recovery/{backup-address,phone}/routes.ts'],
    tests: ['contact-pages'],
  },
  'security-question': {
    files: ['recovery/security-question/*.ts'],
    tests: ['recovery-by-question', 'security-question-pages'],
  },
}

const root = resolve(import.meta.dirname, '../..')
const atLeast = 85

interface Figures {
  readonly part: string
  readonly killed: number
  readonly timeout: number
  readonly survived: number
  /** Mutants in code that no test runs. */
  readonly uncovered: number
  /** Per cent of the valid mutants. */
  readonly score: number
}

const isDetected = ({ status }: MutantResult) => status === 'Killed' || status === 'Timeout'
const isUndetected = ({ status }: MutantResult) => status === 'Survived' || status === 'NoCoverage'

function figuresOf(part: string, mutants: readonly MutantResult[]): Figures {
  const count = (status: MutantResult['status']) =>
    mutants.filter((mutant) => mutant.status === status).length
  const detected = mutants.filter(isDetected).length
  const judged = detected + mutants.filter(isUndetected).length
  return {
    part,
    killed: count('Killed'),
    timeout: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
    score: judged === 0 ? 0 : Math.round((1000 * detected) / judged) / 10,
  }
}

function describeSurvivor({
  fileName,
  location,
  mutatorName,
  replacement,
  status,
}: MutantResult): string {
  const name = fileName.slice(fileName.indexOf('server/'))
  const how = (replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100)
  return (
    `  ${status === 'Survived' ? 'survived' : 'no test '}  ` +
    `${name}:${location.start.line} ${mutatorName} → ${how}`
  )
}

async function mutate(name: string, { files, tests }: Part): Promise<Figures> {
  const reports = join(root, 'reports/mutation')
  mkdirSync(reports, { recursive: true })
  const { Stryker } = await import('@stryker-mutator/core')
  const mutants = await new Stryker({
    mutate: files.map((file) => `server/${file}`),
    tap: { testFiles: tests.flatMap((test) => globSync(`test/**/${test}.test.ts`)) },
    incrementalFile: join(reports, `${name}.incremental.json`),
    jsonReporter: { fileName: join(reports, `${name}.json`) },
  }).runMutationTest()
  for (const mutant of mutants.filter(isUndetected)) console.log(describeSurvivor(mutant))
  return figuresOf(name, mutants)
}

/** Lists the survivors. @throws if fewer than 85 % are killed */
export async function proveMutation(name: string, part: Part): Promise<Figures> {
  process.chdir(root)
  process.env.NODE_COMPILE_CACHE ??= join(root, 'reports/mutation/compiled')
  // The runner starts `node` by its name, which must be a version that reads TypeScript.
  process.env.PATH = `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`
  // Each mutant starts a process, which can reuse the compiled code of the others.
  process.env.NODE_COMPILE_CACHE = join(root, 'reports/compile-cache')
  // All processes share one server, so each test file only clones a database.
  const server = await startTestServer()
  process.env.TEST_SERVER_URL = server.url
  const sweep = setInterval(() => void dropLeftDatabases(server.url).catch(() => {}), 20_000)
  try {
    const figures = await mutate(name, part)
    if (figures.score < atLeast)
      throw new Error(`${name}: ${figures.score} % killed, ${atLeast} % are asked for`)
    return figures
  } finally {
    clearInterval(sweep)
    await server.stop()
  }
}
