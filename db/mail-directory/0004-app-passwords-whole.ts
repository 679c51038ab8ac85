// App passwords are written as a whole with the revision of their mailbox, as everything else is. What each is called and when it was last
// used is the portal's business, and a revoked one is simply not there.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table mail_directory.mailboxes add column app_passwords_revision bigint not null default 0;
    comment on column mail_directory.mailboxes.app_passwords_revision is
      'Revision of the mailbox that its app passwords were last written with; never goes back.';

    delete from mail_directory.app_passwords where revoked_at is not null;
    create or replace view mail_directory.dovecot_app_passwords as
      select m.address, p.id, p.secret_sha256, p.services, m.send_allowed, m.address || '#' || m.session_epoch as smtp_login
      from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
      where m.login_allowed;
    alter table mail_directory.app_passwords
      drop column label, drop column revoked_at,
      drop column last_used_at, drop column last_used_service, drop column last_used_ip;
    comment on table mail_directory.app_passwords is 'One secret per device, for the named services only.'`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table mail_directory.app_passwords
      add column label text not null default '', add column revoked_at timestamptz,
      add column last_used_at timestamptz, add column last_used_service text, add column last_used_ip inet;
    create or replace view mail_directory.dovecot_app_passwords as
      select m.address, p.id, p.secret_sha256, p.services, m.send_allowed, m.address || '#' || m.session_epoch as smtp_login
      from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
      where p.revoked_at is null and m.login_allowed;
    alter table mail_directory.mailboxes drop column app_passwords_revision`)
}
