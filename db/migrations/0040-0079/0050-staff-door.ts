// The door of the staff pages: the second factor, and where staff are inside.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table staff_factors (
      account_id uuid constraint staff_factors_pkey primary key constraint staff_factors_account references accounts,
      secret_sealed text not null,
      key_id text not null,
      made_at timestamptz not null,
      confirmed_at timestamptz,
      last_step bigint not null default 0,
      shortcuts_off_at timestamptz
    );
    create index staff_factors_by_key on staff_factors (key_id);
    comment on table staff_factors is
      'TOTP secrets (RFC 6238). last_step: the newest time step whose code was taken, so that none is taken twice.';

    create table staff_recovery_codes (
      account_id uuid not null constraint staff_recovery_codes_account references staff_factors on delete cascade,
      digest bytea not null,
      made_at timestamptz not null,
      used_at timestamptz,
      constraint staff_recovery_codes_pkey primary key (account_id, digest)
    );
    comment on table staff_recovery_codes is 'Ways in without the authenticator, one use each. digest: keyed hash of the code.';

    create table staff_sessions (
      id_digest bytea constraint staff_sessions_pkey primary key
        constraint staff_sessions_session references sessions on delete cascade,
      verified_at timestamptz not null,
      seen_at timestamptz not null,
      new_codes_sealed text
    );
    comment on table staff_sessions is
      'Sessions that passed the second factor. seen_at: last request to a staff page. new_codes_sealed: until their owner has kept them.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table staff_sessions, staff_recovery_codes, staff_factors')
}
