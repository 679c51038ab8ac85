// Parses the setting DKIM_KEYS.
import type { Kind } from '#server/kit/settings/setting-kinds.ts'
import type { OwnDkimKey } from './dkim.ts'

export const dkimKeys: Kind<readonly OwnDkimKey[]> = {
  takes: 'a JSON list of DKIM records',
  parse: (raw) => {
    const keys = asList(raw)?.map(asKey)
    if (keys?.every((key) => key !== undefined)) return { ok: true, value: keys }
    return {
      ok: false,
      fault:
        'must be JSON: [{"domain": …, "selector": …, "record": "v=DKIM1; …", "retiredAt"?: …}]',
    }
  },
}

function asList(raw: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(raw)
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}

function asKey(given: unknown): OwnDkimKey | undefined {
  const { domain, selector, record, retiredAt } = Object(given) as Record<string, unknown>
  if (typeof domain !== 'string' || typeof selector !== 'string' || typeof record !== 'string')
    return undefined
  const key = { domain: domain.toLowerCase(), selector, record }
  if (retiredAt === undefined) return key
  const at = new Date(String(retiredAt))
  return Number.isNaN(at.getTime()) ? undefined : { ...key, retiredAt: at }
}
