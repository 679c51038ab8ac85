// App passwords as their owner wants them: one per device, each for some services.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table app_passwords (
      id uuid constraint app_passwords_pkey primary key default gen_random_uuid(),
      account_id uuid not null constraint app_passwords_account references accounts,
      name text not null,
      services text[] not null,
      -- Plain SHA-256: the secret has some 99 random bits, so there is nothing to guess, and the mail server compares inside one query.
      secret_sha256 bytea not null constraint app_passwords_secret_unique unique,
      wanted_revision bigint not null,
      created_at timestamptz not null,
      shown_at timestamptz,
      profile_served_at timestamptz,
      held_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz,
      last_used_service text,
      last_used_place text,
      constraint app_passwords_services check (services <@ array['imap', 'pop3', 'smtp'] and cardinality(services) > 0),
      constraint app_passwords_secret_length check (length(secret_sha256) = 32)
    );
    create index app_passwords_by_account on app_passwords (account_id) where revoked_at is null;
    create index app_passwords_by_revocation on app_passwords (revoked_at) where revoked_at is not null;
    comment on table app_passwords is
      'One secret per device. Neither a revoked nor a held one opens mail: those held wait since a reset until their owner keeps or revokes them. wanted_revision: the revision of the mailbox that brings it to the platform.'
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table app_passwords')
}
