// A reporter as staff see one: a pseudonym and a record.
import { pseudonymOf } from './pseudonym.ts'
import { fullWeight, type ReporterRecord, weightOf } from './weight.ts'

const none: ReporterRecord = { judged: 0, confirmed: 0 }

export function describeReporter(person: Buffer, record: ReporterRecord = none) {
  return {
    name: pseudonymOf(person),
    recordKey: record.judged ? 'desk.record' : 'desk.noRecord',
    judged: record.judged,
    confirmed: record.confirmed,
    weight: weightOf(record) / fullWeight,
  }
}

export type DescribedReporter = ReturnType<typeof describeReporter>
