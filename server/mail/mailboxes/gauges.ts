import { Gauge, type Registry } from 'prom-client'
import type { MailParts } from '#server/mail/parts.ts'

export function registerGauges(registry: Registry, { db }: MailParts): void {
  new Gauge({
    name: 'postern_mailboxes',
    help: 'Mailboxes whose wanted state the platform has not, by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { rows } = await db.raw<{ rows: { pending: number; operator: number }[] }>(
        `select count(*) filter (where needs_operator_at is null)::int as pending,
           count(needs_operator_at)::int as operator
         from mailboxes where applied_revision < revision`,
      )
      this.set({ state: 'pending' }, rows[0]?.pending ?? 0)
      this.set({ state: 'needs-operator' }, rows[0]?.operator ?? 0)
    },
  })
}
