// How full each mailbox was when it was last looked at.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table mailboxes add column used_bytes bigint, add column measured_at timestamptz;
    comment on column mailboxes.used_bytes is 'As the platform told at measured_at; null: it cannot tell.';
    create index mailboxes_by_measurement on mailboxes (measured_at nulls first) where removed_at is null;
    create index mailboxes_filling on mailboxes (measured_at) where removed_at is null and used_bytes > quota_bytes * 0.7
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table mailboxes drop column used_bytes, drop column measured_at')
}
