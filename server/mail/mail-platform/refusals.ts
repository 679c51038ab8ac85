// What every hosted platform refuses in the same words.
import { PlatformError } from './mail-platform.ts'

export function refuseTaken(): never {
  throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
}

/** For platforms whose main password opens everything: told once all else is in force, so that nobody believes otherwise. */
export function refuseAppPasswordsOnly(platform: string): never {
  throw new PlatformError(
    'permanent',
    `${platform} cannot keep the main password out of mail programs`,
  )
}
