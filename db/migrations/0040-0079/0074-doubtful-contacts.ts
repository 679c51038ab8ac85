// Contacts that somebody else has shown to have, and the password that an undo took away.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table phones add column doubtful_at timestamptz;
    comment on column phones.doubtful_at is
      'Since when somebody else is known to have the number. Null again once its holder, signed in, confirms it.';

    alter table backup_addresses add column doubtful_at timestamptz;
    comment on column backup_addresses.doubtful_at is
      'Since when somebody else is known to have the address. Null again once its holder, signed in, confirms it.';

    alter table accounts add column voided_verifier text;
    comment on column accounts.voided_verifier is
      'Of the password that an undo made void: it is refused as the next one. Null once there is a next one.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts drop column voided_verifier;
    alter table backup_addresses drop column doubtful_at;
    alter table phones drop column doubtful_at;
  `)
}
