import { type Command, done } from '#server/kit/commands/command.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { dnsEntries, renderZone } from './dns-entries.ts'
import { describeMailServers } from './mail-servers.ts'

const dns: Command<MailParts> = {
  words: ['dns'],
  summary:
    'Prints what to put into DNS, so that letters arrive and mail programs find their servers.',
  help: 'Lines of a zone file; <…> marks what only the operator knows.',
  async run({ settings }) {
    const entries = dnsEntries(describeMailServers(settings, settings.brandName))
    return done({ entries }, renderZone(entries).trimEnd())
  },
}

export const commands: readonly Command<MailParts>[] = [dns]
