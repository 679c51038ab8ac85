import { isIP } from 'node:net'
import type { Check } from '#server/kit/commands/check.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { examineDoor } from './examine-door.ts'
import { describeMailServers, type MailServerSettings, type MailServers } from './mail-servers.ts'

interface Parts {
  readonly settings: MailServerSettings & {
    readonly portalEnv: string
  }
}

export const certificates: Check<Parts> = {
  name: 'certificates for mail programs',
  run: async ({ settings }) => {
    if (settings.portalEnv !== 'production') return { ok: true, detail: 'in production only' }
    const doors = doorsOf(describeMailServers(settings, ''))
    const verdicts = await Promise.all(
      doors.map(async (door) => ({
        ...door,
        verdict: await examineDoor(door),
      })),
    )
    const wrong = verdicts.filter(({ verdict }) => verdict !== 'good' && verdict !== 'shut')
    const faults = wrong.map(({ host, port, verdict }) => `${host}:${port} ${verdict}`)
    return {
      ok: wrong.length === 0,
      detail: faults.join('; ') || 'as they should be',
    }
  },
}

export interface DoorOfName {
  readonly host: string
  readonly port: number
}

/**
 * Thunderbird also asks port 443 of the IMAP server, and
 * stops at a certificate for another name.
 */
export function doorsOf({ servers, domains }: MailServers): DoorOfName[] {
  const own = servers
    .filter(({ security }) => security === 'tls')
    .map(({ host, port }) => ({ host, port }))
  const hosts = new Set([
    ...servers.map(({ host }) => host),
    ...domains.flatMap((domain) => [`autoconfig.${domain}`, `autodiscover.${domain}`]),
  ])
  const web = [...hosts].map((host) => ({
    host,
    port: 443,
  }))
  return [...own, ...web].filter(({ host }) => isIP(host) === 0)
}

export const checks: readonly Check<MailParts>[] = [certificates]
