// Reads reports in XARF: version 4 (xarf.org), and version 3 as providers still send it.

import { lazily } from '#server/core/lazily.ts'
import { showHiddenLine } from '#server/core/letters/show-hidden.ts'
import type { ReportKind } from '../reports/report-kind.ts'

export interface XarfReport {
  readonly kind: ReportKind
  /** An address that the report is about, if it names one. */
  readonly sender: string | null
  readonly letters: readonly Buffer[]
  /** What it says, for staff. */
  readonly note: string
  /** The report without what its author marked as internal. */
  readonly clean: string
}

const maxBytes = 4 * 1024 * 1024
const maxSamples = 50
const zod = lazily<typeof import('zod')>('zod')

function schemas() {
  const { z } = zod()
  const short = z.string().max(2000)
  const payload = z.string().max(maxBytes)
  const contact = z.looseObject({ org: short.optional(), contact: short.optional() })
  const evidence = z.looseObject({
    content_type: short,
    payload,
    description: short.optional(),
  })
  const four = z.looseObject({
    xarf_version: z.string().regex(/^4\./),
    report_id: short,
    timestamp: short,
    reporter: contact,
    category: short,
    type: short,
    source_identifier: short,
    description: z.string().max(20_000).optional(),
    smtp_from: short.optional(),
    evidence: z.array(evidence).max(maxSamples).optional(),
  })
  const sample = z.looseObject({
    ContentType: short,
    Base64Encoded: z.boolean().optional(),
    Description: short.optional(),
    Payload: payload,
  })
  const three = z.looseObject({
    Version: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/^3/)),
    ReporterInfo: z.looseObject({}),
    Report: z.looseObject({
      ReportClass: short.optional(),
      ReportType: short,
      Date: short,
      SourceIp: short.optional(),
      Source: z.looseObject({}).optional(),
      SmtpMailFromAddress: short.optional(),
      Samples: z.array(sample).max(maxSamples).optional(),
    }),
  })
  return { three, four }
}

let loaded: Schemas | undefined

const kinds: readonly [RegExp, ReportKind][] = [
  [/csam|csem|child|suicide|imminent/, 'emergency'],
  [/phish/, 'phishing'],
  [/malware|virus|botnet|ransom|infected/, 'malware'],
  [/fraud|scam|419|advance/, 'fraud'],
  [/impersonat|trademark|brand/, 'impersonation'],
  [/threat|harass|violence|doxx/, 'threats'],
  [/spam|bulk|unsolicited/, 'spam'],
]

const kindOf = (type: string): ReportKind =>
  kinds.find(([words]) => words.test(type.toLowerCase()))?.[1] ?? 'other'

const addressIn = (...texts: (string | undefined)[]): string | null =>
  /[^\s<>"',;:]{1,64}@[^\s<>"',;:]{1,255}/.exec(texts.join(' '))?.[0].toLowerCase() ?? null

// Security: What a reporter marks as internal is kept nowhere.
/** Drops `_internal`, and any other key that begins so, at every depth. */
function withoutInternal(value: unknown, depth = 0): unknown {
  if (depth > 20) return null
  const deeper = (each: unknown) => withoutInternal(each, depth + 1)
  if (Array.isArray(value)) return value.map(deeper)
  if (value === null || typeof value !== 'object') {
    return value
  }
  const kept = Object.entries(value)
    .filter(([key]) => !/^_internal/i.test(key))
    .map(([key, each]) => [key, deeper(each)])
  return Object.fromEntries(kept)
}

interface Sample {
  readonly type: string
  readonly payload: string
  readonly isBase64: boolean
}

const isLetterType = (type: string) => /^(?:message\/|text\/rfc822)/i.test(type.trim())

const lettersOf = (samples: readonly Sample[]): Buffer[] =>
  samples
    .filter(({ type }) => isLetterType(type))
    .map(({ payload, isBase64 }) => Buffer.from(payload, isBase64 ? 'base64' : 'utf8'))
    .filter((letter) => letter.length > 0)

/** Version 4 encodes payloads as base64; some authors write them as they are. */
const isBase64 = (payload: string) => /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(payload)

type Facts = Readonly<Record<string, string | undefined>>

function noteOf(facts: Facts): string {
  return Object.entries(facts)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${showHiddenLine(value ?? '', 2000)}`)
    .join('\n')
}

type Schemas = ReturnType<typeof schemas>
type Read = Omit<XarfReport, 'clean'>

function readFour({ four }: Schemas, value: unknown): Read | undefined {
  const { success, data } = four.safeParse(value)
  if (!success) return undefined
  const { reporter, category, type, source_identifier: source } = data
  const samples = (data.evidence ?? []).map(({ content_type, payload }) => ({
    type: content_type,
    payload,
    isBase64: isBase64(payload),
  }))
  return {
    kind: kindOf(`${category} ${type}`),
    sender: addressIn(data.smtp_from, source),
    letters: lettersOf(samples),
    note: noteOf({
      XARF: `${category}/${type}`,
      Organisation: reporter.org,
      Source: source,
      Date: data.timestamp,
      Description: data.description,
    }),
  }
}

function readThree({ three }: Schemas, value: unknown): Read | undefined {
  const { success, data } = three.safeParse(value)
  if (!success) return undefined
  const { ReportClass, ReportType, SourceIp, Samples, ...rest } = data.Report
  const samples = (Samples ?? []).map((sample) => ({
    type: sample.ContentType,
    payload: sample.Payload,
    isBase64: sample.Base64Encoded ?? false,
  }))
  return {
    kind: kindOf(ReportType),
    sender: addressIn(rest.SmtpMailFromAddress),
    letters: lettersOf(samples),
    note: noteOf({
      XARF: [ReportClass, ReportType].filter(Boolean).join('/'),
      Source: SourceIp,
      Date: rest.Date,
    }),
  }
}

const unfit: Read = { kind: 'other', sender: null, letters: [], note: 'XARF: ?' }

/**
 * Undefined if it is no XARF at all. No input makes it throw.
 * What does not fit the schema is a report whose samples are not read.
 */
export function readXarfReport(json: string): XarfReport | undefined {
  if (json.length > maxBytes || !/"(?:xarf_version|ReporterInfo)"/.test(json)) {
    return undefined
  }
  let value: unknown
  try {
    value = withoutInternal(JSON.parse(json.replace(/^\uFEFF/, '')))
  } catch {
    return undefined
  }
  loaded ??= schemas()
  const read = readFour(loaded, value) ?? readThree(loaded, value) ?? unfit
  return { ...read, clean: JSON.stringify(value, null, 2) }
}
