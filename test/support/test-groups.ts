// Test files that share a process. To load the portal takes longer than most files take to run: 160 times that is minutes.
import { globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** They watch or end the process that they run in, or take so long that they share nothing worth it. Those come first. */
const alone = [/^browser\//, /^(?:jobs-connection-lost|late-faults|killed-worker)\b/]

/** So many files of neighbouring names, which are mostly of a kind. */
const together = 8

export interface TestGroups {
  /** For `node --test`, in this order. */
  readonly files: readonly string[]
  remove(): Promise<void>
}

const source = (files: readonly string[]) => `import { describe } from 'node:test'
${files.map((file) => `describe(${JSON.stringify(basename(file, '.test.ts'))}, () => import(${JSON.stringify(pathToFileURL(resolve(file)).href)}))`).join('\n')}
`

/**
 * @param patterns of test files
 * @returns few files as they are; of many a file for each group, in which each is a suite
 */
export async function groupTests(patterns: readonly string[]): Promise<TestGroups> {
  const found = globSync([...patterns]).sort()
  if (found.length <= together) return { files: found, remove: async () => {} }
  const isAlone = (file: string) => alone.some((each) => each.test(file.replace(/^.*\btest\//, '')))
  const shared = found.filter((file) => !isAlone(file))
  const groups = [...found.filter(isAlone).map((file) => [file])]
  for (let at = 0; at < shared.length; at += together) groups.push(shared.slice(at, at + together))
  const folder = await mkdtemp(join(tmpdir(), 'postern-groups-'))
  const files = groups.map((_, nth) => join(folder, `${String(nth).padStart(3, '0')}.mjs`))
  await Promise.all(groups.map((group, nth) => writeFile(files[nth] as string, source(group))))
  return { files, remove: () => rm(folder, { recursive: true, force: true }) }
}
