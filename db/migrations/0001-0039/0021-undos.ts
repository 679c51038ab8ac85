// "This wasn't me": what can be taken back, and by which links.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table undos (
      token_hash bytea constraint undos_pkey primary key,
      change_id uuid not null,
      account_id uuid not null constraint undos_account references accounts,
      change text not null,
      told text not null,
      old_sealed text,
      key_id text not null,
      made_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      constraint undos_told check (told in ('mailbox', 'contact', 'old-contact', 'new-contact'))
    );
    create index undos_by_change on undos (change_id);
    create index undos_by_account on undos (account_id);
    create index undos_by_expiry on undos (expires_at);
    create index undos_by_key on undos (key_id);
    comment on table undos is
      'One row per link that was sent; the links of one change share change_id. told: whom the link went to, since a contact that is itself disputed must not get far by it.';
    comment on column undos.change is '<feature>.<what> as in the activity: phone.changed, backup-address.removed, password.reset.';
    comment on column undos.old_sealed is 'The contact that was replaced or removed, sealed as JSON; null where there was none.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table undos')
}
