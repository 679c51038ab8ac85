// Kinds of settings. Each one parses a text into a value, or says its fault in words.
import { canonicalDomain } from '#server/core/identifiers/mail-domain.ts'
import { type MailService, parseMailServers } from '#server/core/mail-server.ts'

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: string }

export interface Kind<T> {
  readonly takes: string
  parse(text: string): Parsed<T>
}

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value })
const fault = (text: string): Parsed<never> => ({ ok: false, fault: text })

export const text = (takes = 'text'): Kind<string> => ({ takes, parse: (raw) => ok(raw) })

export const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> => {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min} to ${max}`
  const takes = `a whole number, ${range}`
  const parse = (raw: string) => {
    const value = Number(raw)
    const fits = /^\d+$/.test(raw) && value >= min && value <= max
    return fits ? ok(value) : fault(`must be ${takes}`)
  }
  return { takes, parse }
}

/** Allows fractions, so that a test can set a time short enough to wait for. */
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

export const list = <T>(item: Kind<T>): Kind<readonly T[]> => ({
  takes: `${item.takes}, several separated by commas`,
  parse: (raw) => {
    const texts = raw.split(',').map((each) => each.trim())
    const values: T[] = []
    for (const each of texts) {
      const parsed = item.parse(each)
      if (!parsed.ok) return parsed
      values.push(parsed.value)
    }
    return texts.includes('') ? fault('holds an empty item') : ok(values)
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

/** An international domain is kept as its A-label. */
export const domain: Kind<string> = {
  takes: 'a domain',
  parse: (raw) => {
    const value = canonicalDomain(raw)
    return value === null ? fault(`"${raw}" is not a domain name`) : ok(value)
  },
}

export const mailServers = (service: MailService): Kind<string> => {
  const takes =
    `${service}s://HOST[:PORT] or ${service}://HOST[:PORT] (STARTTLS), ` +
    'several separated by commas, or off'
  const parse = (raw: string) => {
    const parsed = parseMailServers(service, raw)
    return parsed.kind === 'ok' ? ok(raw) : fault(`must be ${takes}: ${parsed.reason}`)
  }
  return { takes, parse }
}
