// Finds the mail provider that a mistyped domain stands for.
import { trimPasted } from '../text-input.ts'
import { canonicalDomain } from './mail-domain.ts'

const providers: ReadonlySet<string> = new Set(
  `gmail.com
  googlemail.com msn.com
  ymail.com icloud.com
  me.com mac.com aol.com
  email.com
  protonmail.com
  tutanota.com
  fastmail.com zoho.com
  hey.com vk.com
  outlook.com outlook.de
  hotmail.com hotmail.de
  hotmail.co.uk
  hotmail.fr live.com
  live.de live.ru
  yahoo.com yahoo.de
  yahoo.co.uk yahoo.fr
  mail.com mail.ru
  mail.by mail.de
  mail.md mail.lv
  mail.lt mail.bg
  mail.ee mail.kz
  proton.me pm.me
  tuta.io gmx.com
  gmx.net gmx.de gmx.at
  gmx.ch gmx.eu gmx.us
  gmx.fr gmx.es gmx.it
  inbox.ru inbox.by
  inbox.lv inbox.lt
  list.ru bk.ru
  internet.ru ya.ru
  rambler.ru lenta.ru
  autorambler.ru
  myrambler.ru ro.ru
  yandex.ru yandex.by
  yandex.com yandex.kz
  yandex.ua tut.by
  open.by bk.by
  belpost.by ukr.net
  bigmir.net laposte.net
  i.ua meta.ua online.ua
  web.de t-online.de
  freenet.de posteo.de
  arcor.de 1und1.de
  vodafone.de email.de
  mailbox.org wp.pl
  o2.pl onet.pl
  interia.pl op.pl
  poczta.onet.pl
  gazeta.pl seznam.cz
  centrum.cz abv.bg
  bluewin.ch orange.fr
  free.fr libero.it`.split(/\s+/),
)

/** Right as they are, and too rare to be proposed. */
const others: ReadonlySet<string> = new Set(
  `outlook.at
  outlook.be
  outlook.cl
  outlook.cz
  outlook.dk
  outlook.es
  outlook.fr
  outlook.hu
  outlook.ie
  outlook.it
  outlook.kr
  outlook.lv
  outlook.pt
  outlook.sk
  hotmail.at
  hotmail.be
  hotmail.ch
  hotmail.es
  hotmail.it
  hotmail.nl
  hotmail.no
  hotmail.se
  live.at
  live.be
  live.ca
  live.cn
  live.co.uk
  live.dk
  live.fr
  live.ie
  live.it
  live.nl
  live.no
  live.se
  yahoo.at
  yahoo.ca
  yahoo.co.in
  yahoo.co.jp
  yahoo.es
  yahoo.gr
  yahoo.ie
  yahoo.in
  yahoo.it
  yahoo.ro
  protonmail.ch
  fastmail.fm
  posteo.net
  posteo.at
  posteo.ch
  inbox.eu
  rambler.ua
  mailo.com
  interia.eu
  interia.com
  onet.eu
  orange.pl
  centrum.sk
  email.cz
  vodafone.it
  online.no
  mail.dk`.split(/\s+/),
)

/** People leave the end of these away. */
const bare = new Map([
  ['gmail', 'gmail.com'],
  ['googlemail', 'googlemail.com'],
  ['outlook', 'outlook.com'],
  ['hotmail', 'hotmail.com'],
  ['icloud', 'icloud.com'],
  ['proton', 'proton.me'],
  ['tut', 'tut.by'],
  ['ukr', 'ukr.net'],
])

/** The typed address at a known provider, if its domain looks mistyped. */
export function suggestAddress(typed: string): string | undefined {
  const text = trimPasted(typed.normalize('NFKC'))
  const at = text.lastIndexOf('@')
  if (at < 1 || text.length > 320) return undefined
  const domain = text.slice(at + 1).toLowerCase()
  const written = canonicalDomain(domain) ?? domain
  if (providers.has(written) || others.has(written)) return undefined
  const near = bare.get(domain.replace(/[.,]$/, '')) ?? nearest(domain)
  return near && `${text.slice(0, at)}@${near}`
}

function nearest(domain: string): string | undefined {
  if (domain.length < 5 || domain.length > 30) return undefined
  const allowed = domain.length < 9 ? 1 : 2
  const found = [...providers]
    .filter((each) => each.length >= 6)
    .map((each) => ({ each, distance: distanceOf(domain, each, allowed) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((one, other) => one.distance - other.distance)
  const [best, second] = found
  // Of two that are as near neither is proposed.
  return best && second?.distance !== best.distance ? best.each : undefined
}

/** Damerau and Levenshtein: letters left out, put in, replaced, or two that changed places. */
function distanceOf(one: string, other: string, enough: number): number {
  if (Math.abs(one.length - other.length) > enough) return enough + 1
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + cost,
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = row
    row = next
  }
  return row[other.length] ?? enough + 1
}
