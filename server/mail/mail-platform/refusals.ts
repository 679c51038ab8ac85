import { PlatformError } from './mail-platform.ts'

export function refuseTaken(): never {
  throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
}

/** For platforms on which the main password always opens mail programs. */
export function refuseAppPasswordsOnly(platform: string): never {
  throw new PlatformError(
    'permanent',
    `${platform} cannot keep the main password out of mail programs`,
  )
}
