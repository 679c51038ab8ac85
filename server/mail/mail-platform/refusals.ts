import { PlatformError } from './mail-platform.ts'

export function refuseTaken(): never {
  throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
}

/** For platforms that cannot close mail programs to the main password. */
export function refuseAppPasswordsOnly(platform: string): never {
  throw new PlatformError(
    'permanent',
    `${platform} cannot keep the main password out of mail programs`,
  )
}
