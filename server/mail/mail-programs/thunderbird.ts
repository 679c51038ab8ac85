// Renders Thunderbird's autoconfig file (draft-ietf-mailmaint-autoconfig).
import { XMLBuilder } from 'fast-xml-parser'
import type { MailServer } from '#server/core/mail-server.ts'
import { type MailServers, serversOf } from './mail-servers.ts'

const builder = new XMLBuilder({ ignoreAttributes: false, format: true })

/**
 * @param titles by language
 * @param userName `%EMAILADDRESS%`, which programs fill in, unless they would fill in a tag
 */
export function renderAutoconfig(
  description: MailServers,
  titles: Readonly<Record<string, string>>,
  userName = '%EMAILADDRESS%',
): string {
  const section = (server: MailServer) => serverSection(server, userName)
  const incoming = [...serversOf(description, 'imap'), ...serversOf(description, 'pop3')]
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    clientConfig: {
      '@_version': '1.1',
      emailProvider: {
        '@_id': description.domains[0],
        domain: description.domains,
        displayName: cut(description.name, 60),
        displayShortName: cut(description.name, 20),
        incomingServer: incoming.map(section),
        outgoingServer: serversOf(description, 'smtp').map(section),
        documentation: {
          '@_url': `${description.baseUrl}/help/mail-programs?program=thunderbird`,
          descr: Object.entries(titles).map(([language, title]) => ({
            '@_lang': language,
            '#text': title,
          })),
        },
      },
    },
  })
}

function serverSection(server: MailServer, username: string) {
  return {
    '@_type': server.service,
    hostname: server.host,
    port: server.port,
    socketType: server.security === 'tls' ? 'SSL' : 'STARTTLS',
    authentication: 'password-cleartext',
    username,
  }
}

/** Counts characters, as the draft does, and not UTF-16 units. */
function cut(name: string, characters: number): string {
  return [...name].slice(0, characters).join('').trim()
}
