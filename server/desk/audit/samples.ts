import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { colleague } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'
import type { AuditAction } from './audit-details.ts'
import { describeDetails } from './describe-details.ts'

export const actionSamples = (auditActions: readonly AuditAction[]): readonly Sample[] => [
  consolePage('staff-audit', 'filled', 'desk/audit/audit', {
    entries: auditActions.map((action, at) => ({
      position: String(200 - at),
      at: sampleMoment(at),
      staff: at % 5 ? colleague : null,
      action,
      caseId: at % 2 ? '3' : null,
      account: at % 3 ? null : sampleAddress,
      details: describeDetails(at % 4 ? {} : { measure: 'block', cause: 'spam' }),
    })),
    actions: auditActions,
    mayExport: true,
    exportQuery: 'case=3',
    older: '/staff/audit?before=1',
    newer: null,
  }),
  consolePage('staff-audit', 'errors', 'desk/audit/audit', {
    entries: [],
    actions: auditActions,
    errors: [{ field: 'address', reason: 'unknown' }],
    values: { staff: 'x@y.example' },
  }),
]
