// Test files that share a process. To load the portal takes longer than most files take to run: 160 times that is minutes.
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

/** They watch or end the process that they run in, or take so long that they share nothing worth it. Those come first. */
const alone = [/^browser\//, /(?:^|\/)(?:jobs-connection-lost|late-faults|killed-worker)\b/]

/** So many files of neighbouring names, which are mostly of a kind. */
const together = 12

export interface TestGroups {
  /** For `node --test`, in this order. */
  readonly files: readonly string[]
  remove(): Promise<void>
}

const frugalHooks = new URL('./frugal-hooks.ts', import.meta.url).href

/** Frugal hooks know the suite that a test belongs to only as long as nothing was awaited: such files are loaded as they ask for it. */
const awaitsAtItsTop = (file: string) => /^(?:const .+ = )?await /m.test(readFileSync(file, 'utf8'))

function source(files: readonly string[]): string {
  const [prelude, load] = files.some(awaitsAtItsTop)
    ? ['', 'import']
    : [`import ${JSON.stringify(frugalHooks)}`, 'require']
  const suiteOf = (file: string) =>
    `describe(${JSON.stringify(basename(file, '.test.ts'))}, () => ${load}(${JSON.stringify(resolve(file))}))`
  // node:test is imported after the prelude, which it must find done.
  return `${prelude}
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const { describe } = await import('node:test')
${files.map(suiteOf).join('\n')}
`
}

/**
 * @param patterns of test files
 * @returns few files as they are; of many a file for each group, in which each is a suite
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
