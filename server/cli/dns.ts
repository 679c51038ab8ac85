import { dnsEntries, renderZone } from '#server/mail/mail-programs/dns-entries.ts'
import { describeMailServers } from '#server/mail/mail-programs/mail-servers.ts'
import { type Command, done } from './command.ts'

export const dnsCommand: Command = {
  words: ['dns'],
  summary:
    'Prints what to put into DNS, so that letters arrive and mail programs find their servers.',
  help: 'Lines of a zone file; <…> marks what only the operator knows.',
  async run({ settings }) {
    const entries = dnsEntries(describeMailServers(settings, settings.brandName))
    return done({ entries }, renderZone(entries).trimEnd())
  },
}
