// Groups test files that share a process, because loading the portal takes longer than most tests.
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

/** These files watch or end their process, or take long. They come first. */
const alone = [/^browser\//, /(?:^|\/)(?:jobs-connection-lost|late-faults|killed-worker)\b/]

/** Files of neighbouring names share a process. */
const together = 12

export interface TestGroups {
  /** For `node --test`, in this order. */
  readonly files: readonly string[]
  remove(): Promise<void>
}

const frugalHooks = new URL('./frugal-hooks.ts', import.meta.url).href

const known = new Map<string, boolean>()

/**
 * Frugal hooks lose the suite after an `await`: files with a top-level `await`, their own or that
 * of a support file, are loaded apart.
 */
function awaitsAtItsTop(file: string): boolean {
  const before = known.get(file)
  if (before !== undefined) return before
  known.set(file, false)
  const text = readFileSync(file, 'utf8')
  const supports = [...text.matchAll(/from '#(test\/[^']+\.ts)'/g)].map(([, path = '']) => path)
  const awaits = /^(?:export )?(?:const .+ = )?await /m.test(text) || supports.some(awaitsAtItsTop)
  known.set(file, awaits)
  return awaits
}

function source(files: readonly string[]): string {
  const [prelude, load] = files.some(awaitsAtItsTop)
    ? ['', 'import']
    : [`import ${JSON.stringify(frugalHooks)}`, 'require']
  const suiteOf = (file: string) =>
    `describe(${JSON.stringify(basename(file, '.test.ts'))}, () => ` +
    `${load}(${JSON.stringify(resolve(file))}))`
  // The prelude must run before node:test is imported.
  return `${prelude}
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const { describe } = await import('node:test')
${files.map(suiteOf).join('\n')}
`
}

/**
 * @param patterns of test files
 * @returns the files themselves if they are few, else one file for each group
 */
export async function groupTests(patterns: readonly string[]): Promise<TestGroups> {
  const found = globSync([...patterns]).sort()
  if (found.length <= together) return { files: found, remove: async () => {} }
  const isAlone = (file: string) => alone.some((each) => each.test(file.replace(/^.*\btest\//, '')))
  const shared = found.filter((file) => !isAlone(file))
  const groups = [
    ...found.filter(isAlone).map((file) => [file]),
    ...inGroups(shared.filter((file) => !awaitsAtItsTop(file))),
    ...inGroups(shared.filter(awaitsAtItsTop)),
  ]
  const folder = await mkdtemp(join(tmpdir(), 'postern-groups-'))
  const files = groups.map((_, nth) => join(folder, `${String(nth).padStart(3, '0')}.mjs`))
  await Promise.all(groups.map((group, nth) => writeFile(files[nth] as string, source(group))))
  return { files, remove: () => rm(folder, { recursive: true, force: true }) }
}

const inGroups = (files: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(files.length / together) }, (_, nth) =>
    files.slice(nth * together, (nth + 1) * together),
  )
