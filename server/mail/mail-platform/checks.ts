import { connectDatabase } from '#db/connection.ts'
import { pendingDirectorySteps } from '#db/mail-directory/install.ts'
import type { Check } from '#server/kit/commands/check.ts'
import type { MailParts } from '#server/mail/parts.ts'

const directory: Check<MailParts> = {
  name: 'mail directory',
  run: async ({ settings: { mailDirectoryUrl } }) => {
    if (!mailDirectoryUrl) return { ok: true, detail: 'in the portal’s database' }
    const db = connectDatabase(mailDirectoryUrl, 1)
    try {
      const pending = await pendingDirectorySteps(db)
      if (pending.length === 0) return { ok: true, detail: 'up to date' }
      return {
        ok: false,
        detail: `pending: ${pending.join(', ')}; run: portal mail-platform directory`,
      }
    } finally {
      await db.destroy()
    }
  },
}

const platformAnswers: Check<MailParts> = {
  name: 'mail platform',
  run: async ({ platform, settings }) => {
    await (platform.probe
      ? platform.probe()
      : platform.observe(`postmaster@${settings.mailDomains[0]}`))
    return { ok: true, detail: platform.id }
  },
}

export const checks: readonly Check<MailParts>[] = [directory, platformAnswers]
