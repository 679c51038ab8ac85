// Forwarding that a stranger set up is switched off with a revision of the mailbox, as sessions are ended.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table mailboxes
      add column end_filters_revision bigint not null default 0,
      add column ended_filters_revision bigint not null default 0;
    comment on column mailboxes.end_filters_revision is 'Filters are to be switched off once the platform holds this revision.'
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(
    'alter table mailboxes drop column end_filters_revision, drop column ended_filters_revision',
  )
}
