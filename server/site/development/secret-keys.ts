// Keeps development keys in a file, for the next start to open what this one sealed.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newToken } from '#server/core/keys/secrets.ts'

/** Reads the keys from the folder. The first call makes one. */
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
