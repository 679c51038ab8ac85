import { Gauge, type Registry } from 'prom-client'
import type { WebParts } from '#server/kit/web/parts.ts'

export function registerGauges(registry: Registry, { db }: WebParts): void {
  new Gauge({
    name: 'postern_messages',
    help:
      'Mails and SMS on their way, and those settled within the last hour, ' +
      'by channel and state',
    labelNames: ['channel', 'state'],
    registers: [registry],
    async collect() {
      this.reset()
      const { rows } = await db.raw<{
        rows: { channel: string; state: string; messages: number }[]
      }>(
        `select channel, state, count(*)::int as messages from messages
         where settled_at is null or settled_at > now() - interval '1 hour' group by 1, 2`,
      )
      for (const { channel, state, messages } of rows) this.set({ channel, state }, messages)
    },
  })
}
