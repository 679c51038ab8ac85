// Sessions that began before a new password or a block must end, SMTP ones too, which no command reaches: people sign in to SMTP under
// a login that carries the epoch (`anna@postern.example#3`), and Postfix refuses logins of epochs gone by.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table mail_directory.mailboxes
      add column session_epoch bigint not null default 1,
      add column ended_epoch bigint not null default 1;
    comment on column mail_directory.mailboxes.session_epoch is 'Grows whenever every open session has to end.';
    comment on column mail_directory.mailboxes.ended_epoch is 'The epoch up to which Dovecot has certainly ended the sessions.';

    create or replace view mail_directory.dovecot_main_passwords as
      select address, password, login_allowed, send_allowed, coalesce(suspension_reason, 'Account suspended') as reason,
        address || '#' || session_epoch as smtp_login
      from mail_directory.mailboxes
      where main_password_opens_mail and password is not null and removed_at is null;

    create or replace view mail_directory.dovecot_app_passwords as
      select m.address, p.id, p.secret_sha256, p.services, m.send_allowed, m.address || '#' || m.session_epoch as smtp_login
      from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
      where p.revoked_at is null and m.login_allowed;

    create or replace view mail_directory.dovecot_access_tokens as
      select m.address, t.token_sha256, t.services, m.send_allowed, m.address || '#' || m.session_epoch as smtp_login
      from mail_directory.access_tokens t join mail_directory.mailboxes m using (account_id)
      where t.revoked_at is null and t.expires_at > now() and m.login_allowed;

    create or replace view mail_directory.postfix_sender_logins as
      select a.address, m.address || '#' || m.session_epoch as login
      from mail_directory.addresses a join mail_directory.mailboxes m using (account_id)
      where m.removed_at is null;

    drop view mail_directory.postfix_suspended;
    create view mail_directory.postfix_logins as
      select address, address || '#' || session_epoch as login, send_allowed,
        coalesce(suspension_reason, 'Account suspended') as reason
      from mail_directory.mailboxes;
    comment on view mail_directory.postfix_logins is
      'The one login of each mailbox that is good now, asked at every recipient so that live sessions end too.'`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop view mail_directory.dovecot_main_passwords, mail_directory.dovecot_app_passwords, mail_directory.dovecot_access_tokens,
      mail_directory.postfix_sender_logins, mail_directory.postfix_logins;
    alter table mail_directory.mailboxes drop column session_epoch, drop column ended_epoch;
    create view mail_directory.dovecot_main_passwords as
      select address, password, login_allowed, send_allowed, coalesce(suspension_reason, 'Account suspended') as reason
      from mail_directory.mailboxes where main_password_opens_mail and password is not null and removed_at is null;
    create view mail_directory.dovecot_app_passwords as
      select m.address, p.id, p.secret_sha256, p.services, m.send_allowed
      from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
      where p.revoked_at is null and m.login_allowed;
    create view mail_directory.dovecot_access_tokens as
      select m.address, t.token_sha256, t.services, m.send_allowed
      from mail_directory.access_tokens t join mail_directory.mailboxes m using (account_id)
      where t.revoked_at is null and t.expires_at > now() and m.login_allowed;
    create view mail_directory.postfix_sender_logins as
      select a.address, m.address as login
      from mail_directory.addresses a join mail_directory.mailboxes m using (account_id) where m.removed_at is null;
    create view mail_directory.postfix_suspended as
      select address, coalesce(suspension_reason, 'Account suspended') as reason
      from mail_directory.mailboxes where not send_allowed`)
}
