// Writes links so that staff can read them, but nobody follows them by accident.
import type { LetterLink } from '#server/core/letters/letter.ts'
import { showHidden } from '#server/core/letters/show-hidden.ts'

// Security: No reported link is written so that a program or a hasty click would follow it.
/** `https://a.example/b.c` → `hxxps://a[.]example/b.c`, `mailto:x` → `mailto[:]x`. */
export function defang(url: string): string {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]{0,30}):(.*)$/is.exec(url) ?? []
  if (scheme === undefined || rest === undefined) return showHidden(breakHost(url))
  const name = scheme.toLowerCase().replace(/^http/, 'hxxp').replace(/^ftp/, 'fxp')
  if (!/^(hxxps?|fxps?)$/.test(name)) return showHidden(`${name}[:]${breakDots(rest)}`)
  return showHidden(`${name}:${breakHost(rest)}`)
}

// Programs disagree about where a host begins and ends: bracket every dot and @ before the path.
function breakHost(rest: string): string {
  const slashes = /^[\\/]*/.exec(rest)?.[0].length ?? 0
  const end = rest.slice(slashes).search(/[\\/?#]/)
  const hostEnd = end < 0 ? rest.length : slashes + end
  return breakDots(rest.slice(0, hostEnd)) + rest.slice(hostEnd)
}

function breakDots(text: string): string {
  return text.replaceAll('.', '[.]').replaceAll('@', '[@]')
}

/** The host as a browser reads it: lower case, other scripts as `xn--…`; null without a host. */
export function hostOf(url: string): string | null {
  try {
    const host = new URL(/^www\./i.test(url) ? `http://${url}` : url).hostname
      .replace(/\.$/, '')
      .toLowerCase()
    return host === '' ? null : host
  } catch {
    return null
  }
}

const URL_IN_TEXT = /\b(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"'`{}|\\^⟦⟧\p{Cc}]{1,2000}/giu
const CLOSING = /[).,;:!?\]»”’]+$/

export function urlsIn(text: string): string[] {
  return Array.from(text.matchAll(URL_IN_TEXT), ([url]) => trimClosing(url))
}

export function defangText(text: string): string {
  return text.replace(URL_IN_TEXT, (url) => defang(url))
}

export function listLinks(
  urls: Iterable<string>,
  limit: number,
): { links: LetterLink[]; cut: boolean } {
  const seen = new Set<string>()
  const links: LetterLink[] = []
  for (const url of urls) {
    const short = url.trim().slice(0, 2000)
    if (short === '' || seen.has(short)) continue
    if (links.length >= limit) return { links, cut: true }
    seen.add(short)
    links.push({ defanged: defang(short), host: hostOf(short) })
  }
  return { links, cut: false }
}

// A closing bracket at the end belongs to the URL only if the URL has an opening one.
function trimClosing(url: string): string {
  const tail = CLOSING.exec(url.slice(-20))?.[0] ?? ''
  if (tail.startsWith(')') && url.includes('(')) return url
  return url.slice(0, url.length - tail.length)
}
