// A message that waits holds a contact of somebody: it ends with the account.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table messages add column owner_id uuid;
    create index messages_of_owner on messages (owner_id) where payload is not null;
    comment on column messages.owner_id is
      'The account that the message is about, if it is about one. Its payload is wiped with the account.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table messages drop column owner_id')
}
