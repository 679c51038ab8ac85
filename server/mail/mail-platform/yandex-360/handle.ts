// A user's `externalId` holds account id, revision and suspension: one call sets all.
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { ObservedMailbox } from '../mail-platform.ts'
import type { YandexUser } from './directory.ts'

export interface Handle {
  readonly accountId: string
  readonly revision: number
  /** Kept here, since Yandex itself knows only enabled and not enabled. */
  readonly level: Suspension
  /** The first day of the quarantine, `YYYY-MM-DD`. */
  readonly removedOn?: string
}

const pattern = /^postern\/([^/]+)\/(\d+)\/(?:(none|send|login|all)|removed-(\d{4}-\d\d-\d\d))$/

export function writeHandle({ accountId, revision, level, removedOn }: Handle): string {
  return `postern/${accountId}/${revision}/${removedOn ? `removed-${removedOn}` : level}`
}

export function handleOf(user: YandexUser): Handle | undefined {
  const [, accountId, revision, level, removedOn] = pattern.exec(user.externalId ?? '') ?? []
  if (!accountId) return undefined
  const handle = { accountId, revision: Number(revision), level: (level ?? 'all') as Suspension }
  return removedOn ? { ...handle, removedOn } : handle
}

export function observedOf(user: YandexUser, domain: string): ObservedMailbox {
  const handle = handleOf(user)
  const level = handle && handle.level !== 'none' ? handle.level : 'all'
  return {
    address: user.email,
    ...(handle ? { accountId: handle.accountId, revision: handle.revision } : {}),
    suspension: user.isEnabled === false ? level : 'none',
    aliases: (user.aliases ?? []).map((alias) => `${alias}@${domain}`),
  }
}
