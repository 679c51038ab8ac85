// Development keys in a folder, so that a second start can open what the first one sealed.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newToken } from '#server/core/keys/secrets.ts'

/** Creates the keys on first use. */
export async function developmentSecretKeys(folder: string): Promise<string[]> {
  const file = join(folder, 'secret-keys')
  const made = newToken()
  await writeFile(file, `${made}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (fault: NodeJS.ErrnoException) => {
      if (fault.code !== 'EEXIST') throw fault
    },
  )
  return (await readFile(file, 'utf8')).trim().split('\n')
}
