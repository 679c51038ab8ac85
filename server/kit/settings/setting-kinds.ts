// How the text of one setting becomes a value. A kind answers with the value or with the fault, in words for an operator.
import { type MailService, parseMailServers } from '#server/core/mail-server.ts'

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: string }

export interface Kind<T> {
  /** What may be written, for the documentation. */
  readonly takes: string
  parse(text: string): Parsed<T>
}

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value })
const fault = (text: string): Parsed<never> => ({ ok: false, fault: text })

export const text = (takes = 'text'): Kind<string> => ({ takes, parse: (raw) => ok(raw) })

/** A whole number from `min` to `max`. */
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> => ({
  takes:
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number, at least ${min}`
      : `a whole number, ${min} to ${max}`,
  parse: (raw) => {
    const value = Number(raw)
    return /^\d+$/.test(raw) && value >= min && value <= max
      ? ok(value)
      : fault(`must be ${whole(min, max).takes}`)
  },
})

/** A length of time in the unit that the setting's name says; fractions are allowed, so that an expiry can be tried for real. */
export const time = (unit: string): Kind<number> => ({
  takes: `${unit}, fractions allowed`,
  parse: (raw) =>
    /^\d+(\.\d+)?$/.test(raw) && Number(raw) > 0
      ? ok(Number(raw))
      : fault(`must be a number of ${unit} above 0`),
})

export const choice = <const T extends string>(...values: T[]): Kind<T> => ({
  takes: values.join(' | '),
  parse: (raw) => {
    const value = values.find((each) => each === raw)
    return value === undefined ? fault(`must be one of ${values.join(', ')}`) : ok(value)
  },
})

export const flag: Kind<boolean> = {
  takes: 'on | off',
  parse: (raw) => (raw === 'on' || raw === 'off' ? ok(raw === 'on') : fault('must be on or off')),
}

/** Comma-separated; blanks around the items do not count, and an empty item is a fault. */
export const list = <T>(item: Kind<T>): Kind<readonly T[]> => ({
  takes: `${item.takes}, several separated by commas`,
  parse: (raw) => {
    const parsed = raw.split(',').map((each) => item.parse(each.trim()))
    const bad = parsed.find((each) => !each.ok)
    if (bad && !bad.ok) return fault(bad.fault)
    if (raw.split(',').some((each) => each.trim() === '')) return fault('holds an empty item')
    return ok(parsed.flatMap((each) => (each.ok ? [each.value] : [])))
  },
})

export const url = (...protocols: string[]): Kind<string> => ({
  takes: `a URL (${protocols.join(', ')})`,
  parse: (raw) => {
    const parsed = URL.parse(raw)
    if (!parsed || !protocols.includes(parsed.protocol))
      return fault(`must be a URL with ${protocols.join(' or ')}`)
    return ok(raw.replace(/\/+$/, ''))
  },
})

/** A domain in the form that is looked up: lower case, A-labels. */
export const domain: Kind<string> = {
  takes: 'a domain',
  parse: (raw) => {
    const value = raw.toLowerCase()
    return /^(?=.{1,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(value)
      ? ok(value)
      : fault(`"${raw}" is not a domain name`)
  },
}

/** Servers of one service as URLs, best first; `off` where it is not offered. Kept as written: `help/mail-servers.ts` reads it. */
export const mailServers = (service: MailService): Kind<string> => ({
  takes: `${service}s://HOST[:PORT] or ${service}://HOST[:PORT] (STARTTLS), several separated by commas, or off`,
  parse: (raw) => {
    const parsed = parseMailServers(service, raw)
    return parsed.kind === 'ok'
      ? ok(raw)
      : fault(`must be ${mailServers(service).takes}: ${parsed.reason}`)
  },
})
