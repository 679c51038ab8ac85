// A sign-in is under way for a while after its password was right: a mail program that sends the old password just before it is changed
// would open a session that nobody ends. So the login that was read with the password is compared again when the session opens.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace view mail_directory.dovecot_users as
      select address, account_id, quota_bytes, receive_allowed, removed_at, address || '#' || session_epoch as session_login
      from mail_directory.mailboxes`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop view mail_directory.dovecot_users;
    create view mail_directory.dovecot_users as
      select address, account_id, quota_bytes, receive_allowed, removed_at
      from mail_directory.mailboxes`)
}
