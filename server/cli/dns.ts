import { dnsEntries, renderZone } from '../site/help/dns-entries.ts'
import { describeMailServers } from '../site/help/mail-servers.ts'
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
