// mailcow stores the hash as it is sent and never learns the secret.
import type { MailService, WantedAppPassword } from '../mail-platform.ts'
import type { MailcowApi } from './api.ts'

interface AppPassword {
  readonly id: number | string
  readonly name: string
  readonly active: number | string
  readonly [access: `${string}_access`]: number | string | undefined
}

/** IMAP also opens ManageSieve, by which mail programs change filters. */
const protocolsOf: Record<MailService, readonly `${string}_access`[]> = {
  imap: ['imap_access', 'sieve_access'],
  pop3: ['pop3_access'],
  smtp: ['smtp_access'],
}
const everyProtocol = [...Object.values(protocolsOf).flat(), 'dav_access', 'eas_access'] as const

export type MailcowAppPasswords = ReturnType<typeof createAppPasswords>

export function createAppPasswords(api: MailcowApi) {
  const standing = (address: string) =>
    api.all<AppPassword>(`get/app-passwd/all/${encodeURIComponent(address)}`)

  return {
    /** Security: App passwords that were not made in the portal are deleted. */
    async sync(address: string, wanted: readonly WantedAppPassword[]): Promise<void> {
      const missing = new Map(wanted.map((each) => [nameOf(each), each]))
      for (const present of await standing(address)) {
        const meant = missing.get(present.name)
        if (meant && opensFor(present, meant.services)) missing.delete(present.name)
        else await remove(api, present)
      }
      for (const each of missing.values()) await add(api, address, each)
    },
  }
}

const nameOf = ({ id }: WantedAppPassword) => `postern:${id}`

function opensFor(present: AppPassword, services: readonly MailService[]): boolean {
  const meant = new Set(services.flatMap((service) => protocolsOf[service]))
  // mailcow documents no protocols in its answer, but sends them.
  const differs = everyProtocol.some(
    (name) => present[name] !== undefined && (Number(present[name]) === 1) !== meant.has(name),
  )
  return Number(present.active) === 1 && !differs
}

async function add(api: MailcowApi, address: string, wanted: WantedAppPassword): Promise<void> {
  const verifier = `{SHA256}${wanted.secretSha256.toString('base64')}`
  await api.post('add/app-passwd', {
    username: address,
    app_name: nameOf(wanted),
    app_passwd: verifier,
    app_passwd2: verifier,
    active: true,
    protocols: wanted.services.flatMap((service) => protocolsOf[service]),
  })
}

/** One id a call: mailcow stops at the first that is gone already. */
async function remove(api: MailcowApi, { id }: AppPassword): Promise<void> {
  const outcome = await api.attempt('delete/app-passwd', [String(id)])
  if (outcome.kind === 'refused' && outcome.code !== 'app_passwd_id_invalid') throw outcome.error
}
