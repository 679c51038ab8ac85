// An alert of the sending limits becomes a case of the abuse desk, once.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table sending_alerts add column handed_on_at timestamptz')
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table sending_alerts drop column handed_on_at')
}
