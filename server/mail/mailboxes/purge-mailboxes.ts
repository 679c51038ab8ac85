// Lets the platform delete mailboxes whose quarantine is over.
import type { Task } from '#server/kit/jobs/worker.ts'
import type { MailPlatform } from '../mail-platform/mail-platform.ts'

export function purgeMailboxesTask({ platform }: { platform: Pick<MailPlatform, 'purge'> }): Task {
  return async () => {
    await platform.purge?.()
  }
}
