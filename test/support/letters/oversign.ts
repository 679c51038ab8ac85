// Signs a letter by RFC 6376 with names in `h=` that it does not have, or has less often.
import { createHash, type KeyObject, sign } from 'node:crypto'
import { splitLetter } from '#server/core/letters/letter-shape.ts'

interface Oversigning {
  readonly domain: string
  readonly selector: string
  readonly key: KeyObject
  readonly sentAt: Date
  readonly names: readonly string[]
}

const relax = (text: string) => text.replace(/[ \t\r\n]+/g, ' ').trim()

/** @param binary latin1 with CRLF line ends, no field folded. @returns it with the signature */
export function oversign(
  binary: string,
  { domain, selector, key, sentAt, names }: Oversigning,
): string {
  const { header, body } = splitLetter(binary)
  const left = header.split(/\r\n(?![ \t])/)
  const signed = names.flatMap((name) => {
    const at = left.findLastIndex((field) => field.toLowerCase().startsWith(`${name}:`))
    return at < 0 ? [] : left.splice(at, 1)
  })
  const fields = signed.map((field) => {
    const colon = field.indexOf(':')
    return `${field.slice(0, colon).toLowerCase()}:${relax(field.slice(colon + 1))}\r\n`
  })
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').trimEnd())
  const text = lines.join('\r\n').replace(/(?:\r\n)*$/, '\r\n')
  const value = [
    `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${selector}`,
    `t=${Math.floor(sentAt.getTime() / 1000)}; h=${names.join(':')}`,
    `bh=${createHash('sha256').update(text, 'latin1').digest('base64')}; b=`,
  ].join('; ')
  const data = `${fields.join('')}dkim-signature:${value}`
  const signature = sign('sha256', Buffer.from(data, 'latin1'), key).toString('base64')
  return `DKIM-Signature: ${value}${signature}\r\n${binary}`
}
