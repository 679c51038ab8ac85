// A blocked mailbox is told so at every door and with every password that opens it, app passwords too. The earlier columns keep their meaning
// for a configuration that was written before: there a blocked mailbox has no app password.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace view mail_directory.dovecot_app_passwords as
      select m.address, p.id, p.secret_sha256,
        case when m.login_allowed then p.services else '{}'::text[] end as services,
        m.send_allowed, m.address || '#' || m.session_epoch as smtp_login,
        p.services as made_for, m.login_allowed, coalesce(m.suspension_reason, 'Account suspended') as reason
      from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
      where m.removed_at is null;
    comment on view mail_directory.dovecot_app_passwords is
      'App passwords: services they open now, and those they were made for, by which their holder is told of a block.';

    create or replace view mail_directory.dovecot_users as
      select address, account_id, quota_bytes, receive_allowed, removed_at, address || '#' || session_epoch as session_login,
        send_allowed
      from mail_directory.mailboxes;

    -- Postfix reads in Latin-1: a reason in another script would be an error for every sender. It has its own words by now.
    create or replace view mail_directory.postfix_logins as
      select address, address || '#' || session_epoch as login, send_allowed,
        case when suspension_reason ~ '^[ -~]+$' then suspension_reason else 'Account suspended' end as reason
      from mail_directory.mailboxes;

    create function mail_directory.mailbox_of(asked text) returns text
      language sql stable strict parallel safe security definer set search_path = pg_catalog
      as $$ select m.address from mail_directory.addresses a join mail_directory.mailboxes m using (account_id)
        where a.address = asked and m.removed_at is null $$;
    comment on function mail_directory.mailbox_of is
      'The mailbox that an address leads to: whether it is full is asked under the address that a letter was written to.'`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function mail_directory.mailbox_of;
    drop view mail_directory.dovecot_app_passwords, mail_directory.dovecot_users;
    create view mail_directory.dovecot_app_passwords as
      select m.address, p.id, p.secret_sha256, p.services, m.send_allowed, m.address || '#' || m.session_epoch as smtp_login
      from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
      where m.login_allowed;
    create view mail_directory.dovecot_users as
      select address, account_id, quota_bytes, receive_allowed, removed_at, address || '#' || session_epoch as session_login
      from mail_directory.mailboxes;
    create or replace view mail_directory.postfix_logins as
      select address, address || '#' || session_epoch as login, send_allowed,
        coalesce(suspension_reason, 'Account suspended') as reason
      from mail_directory.mailboxes`)
}
