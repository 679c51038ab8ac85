// Judges a number of a range that the library does not know yet, by the ranges around it.
import type { CountryCode, MetadataJson, NumberType } from 'libphonenumber-js/max'
import { lazily } from '../lazily.ts'

const core = lazily<typeof import('libphonenumber-js/core')>('libphonenumber-js/core')
const plans = lazily<MetadataJson>('libphonenumber-js/metadata.max.json')

/** The library has it, but its types leave it out. */
interface NumberTypes {
  type(kind: Kind): { pattern(): string | undefined; possibleLengths(): number[] } | undefined
}

type Kind = Exclude<NumberType, undefined>

export type UnknownRange = 'to-try' | 'land-line' | 'costly' | 'impossible'

const costly: ReadonlySet<Kind> = new Set<Kind>([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'UAN',
  'PAGER',
  'PERSONAL_NUMBER',
  'VOICEMAIL',
])
const known: readonly Kind[] = ['MOBILE', 'FIXED_LINE', 'VOIP', ...costly]

/** New ranges are opened by their first two to four digits. */
const longestPrefix = 4

interface Range {
  readonly kind: Kind
  readonly pattern: RegExp
  readonly lengths: readonly number[]
}

export function judgeUnknownRange(country: CountryCode, national: string): UnknownRange {
  const ranges = rangesOf(country)
  const mobile = ranges.find(({ kind }) => kind === 'MOBILE')
  // North American numbers show nothing about their kind.
  if (!mobile?.lengths.includes(national.length)) return 'impossible'
  for (let digits = longestPrefix; digits > 0; digits--) {
    const prefix = national.slice(0, digits)
    const kinds = ranges.filter((range) => hasNumber(range, prefix)).map(({ kind }) => kind)
    // Security: A number beside a costly range is never texted.
    if (kinds.some((kind) => costly.has(kind))) return 'costly'
    if (kinds.includes('MOBILE')) return 'to-try'
    if (kinds.length > 0 && digits > 1) return 'land-line'
  }
  return 'to-try'
}

function rangesOf(country: CountryCode): Range[] {
  const metadata = new (core().Metadata)(plans())
  metadata.selectNumberingPlan(country)
  const plan = metadata.numberingPlan as unknown as NumberTypes
  return known.flatMap((kind) => {
    const type = plan.type(kind)
    const pattern = type?.pattern()
    if (!type || !pattern) return []
    return [{ kind, pattern: new RegExp(`^(?:${pattern})$`), lengths: type.possibleLengths() }]
  })
}

const hundred = Array.from({ length: 100 }, (_, at) => String(at).padStart(2, '0'))

/** Whether a number of the range begins with the prefix, as far as two more digits show it. */
function hasNumber({ pattern, lengths }: Range, prefix: string): boolean {
  return lengths.some((length) => {
    const left = length - prefix.length
    if (left < 2) return left >= 0 && endings(left).some((end) => pattern.test(prefix + end))
    return hundred.some((two) =>
      [...'012345678'].some((digit) => pattern.test(prefix + two + digit.repeat(left - 2))),
    )
  })
}

const endings = (left: number): string[] => (left === 0 ? [''] : [...'0123456789'])
