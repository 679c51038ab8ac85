// Letters of a suspended sender that already lie in the queue stay there until the suspension is lifted.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create view mail_directory.postfix_held_senders as
      select a.address
      from mail_directory.addresses a join mail_directory.mailboxes m using (account_id)
      where m.removed_at is null and not m.send_allowed;
    comment on view mail_directory.postfix_held_senders is 'Senders whose queued letters wait, asked at every delivery.'`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop view mail_directory.postfix_held_senders')
}
