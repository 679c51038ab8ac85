// Every proof of an account carries the epoch in which it was made. docs/decisions/0010-one-epoch-for-every-proof.md
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts
      add column epoch integer not null default 1,
      add column links_epoch integer not null default 1;
    comment on column accounts.epoch is
      'Grows when all that was before is to end. A proof of an older epoch is worth nothing.';
    comment on column accounts.links_epoch is
      'Links "this was not me" that went to a contact are alive from this epoch on.';

    alter table sessions add column epoch integer not null default 1;
    alter table contact_confirmations add column epoch integer not null default 1;

    alter table recovery_flows add column epoch integer;
    update recovery_flows f set epoch = case when a.password_changed_at <= f.begun_at then 1 else 0 end
      from accounts a where a.id = f.account_id;
    comment on column recovery_flows.epoch is 'Of the account when the flow began; null where nobody has the name.';

    alter table recovery_links add column epoch integer not null default 1;
    update recovery_links l set epoch = 0 from accounts a
      where a.id = l.account_id and a.password_changed_at > l.sent_at;
    alter table recovery_holds add column epoch integer not null default 1;
    update recovery_holds h set epoch = 0 from accounts a
      where a.id = h.account_id and a.password_changed_at > h.made_at;

    alter table undos
      add column epoch integer not null default 1,
      add column reader_digest bytea,
      add column reaches_back_to timestamptz;
    comment on column undos.reader_digest is 'Keyed digest of the contact that the link went to; null for the mailbox.';
    comment on column undos.reaches_back_to is
      'Changes from here on are taken back. Earlier than made_at where the link replaces older ones; null: made_at.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table undos drop column epoch, drop column reader_digest, drop column reaches_back_to;
    alter table recovery_holds drop column epoch;
    alter table recovery_links drop column epoch;
    alter table recovery_flows drop column epoch;
    alter table contact_confirmations drop column epoch;
    alter table sessions drop column epoch;
    alter table accounts drop column epoch, drop column links_epoch;
  `)
}
