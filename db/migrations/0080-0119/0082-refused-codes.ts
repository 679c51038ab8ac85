// The page of a code that was asked for again still knows that the code before was refused.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table contact_confirmations add column earlier_message_id uuid;
    comment on column contact_confirmations.earlier_message_id is
      'The message with the code before, to the same contact.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table contact_confirmations drop column earlier_message_id')
}
