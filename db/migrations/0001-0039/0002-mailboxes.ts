// What is wanted of each mailbox on the mail platform, and how far the platform has followed.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table mailboxes (
      account_id uuid constraint mailboxes_pkey primary key constraint mailboxes_account references accounts,
      address text not null constraint mailboxes_address_unique unique,
      password_format text not null,
      password_sealed text,
      suspension text not null default 'none',
      suspension_reason text,
      quota_bytes bigint not null,
      main_password_opens_mail boolean not null default true,
      aliases text[] not null default '{}',
      removed_at timestamptz,

      revision bigint not null default 1,
      changed_at timestamptz not null,
      password_revision bigint not null default 1,
      password_changed_at timestamptz not null,
      end_sessions_revision bigint not null default 0,

      applied_revision bigint not null default 0,
      applied_at timestamptz,
      password_live_at timestamptz,
      ended_sessions_revision bigint not null default 0,
      failures integer not null default 0,
      last_failure text,
      needs_operator_at timestamptz,
      seen_at timestamptz,
      constraint mailboxes_suspension check (suspension in ('none', 'send', 'login', 'all'))
    );
    create index mailboxes_unapplied on mailboxes (changed_at) where applied_revision < revision;
    comment on table mailboxes is
      'The wanted state of each mailbox (upper half, grows a revision with each change) and what the platform has acknowledged (lower half).';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table mailboxes')
}
