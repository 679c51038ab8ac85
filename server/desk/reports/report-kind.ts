/** In the order of the form: the most frequent kind first. */
export const reportKinds = [
  'spam',
  'phishing',
  'malware',
  'fraud',
  'threats',
  'impersonation',
  'emergency',
  'other',
] as const

export type ReportKind = (typeof reportKinds)[number]

export function isReportKind(value: unknown): value is ReportKind {
  return (reportKinds as readonly unknown[]).includes(value)
}
