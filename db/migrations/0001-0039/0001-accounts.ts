// Who exists, what belongs to whom, where they are signed in and what happened.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table accounts (
      id uuid constraint accounts_pkey primary key default gen_random_uuid(),
      address text not null constraint accounts_address_unique unique,
      password_verifier text not null,
      password_changed_at timestamptz not null,
      locale text,
      created_at timestamptz not null,
      blocked_at timestamptz,
      block_reason text,
      closed_at timestamptz,
      constraint accounts_address_canonical check (address = lower(address))
    );
    comment on table accounts is 'People with a mailbox. password_verifier opens the portal; what the mail platform checks is in mailboxes.';

    create table claims (
      kind text not null,
      digest bytea not null,
      account_id uuid not null constraint claims_account references accounts deferrable initially deferred,
      value_sealed text not null,
      key_id text not null,
      claimed_at timestamptz not null,
      constraint claims_pkey primary key (kind, digest)
    );
    create index claims_by_account on claims (account_id, kind);
    create index claims_by_key on claims (key_id);
    comment on table claims is
      'Unique things: one row per thing and key in use; the primary key decides every race. digest: keyed hash of the canonical value.';

    create table sessions (
      id_digest bytea constraint sessions_pkey primary key,
      public_id uuid not null default gen_random_uuid() constraint sessions_public_id_unique unique,
      account_id uuid not null constraint sessions_account references accounts,
      data jsonb not null,
      device text not null,
      place text not null,
      signed_in_at timestamptz not null,
      last_seen_at timestamptz not null
    );
    create index sessions_by_account on sessions (account_id);
    create index sessions_by_last_seen on sessions (last_seen_at);
    comment on table sessions is 'Signed-in browsers. id_digest: SHA-256 of the 256-bit id in the cookie.';

    create table known_devices (
      account_id uuid not null constraint known_devices_account references accounts,
      device_digest bytea not null,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      constraint known_devices_pkey primary key (account_id, device_digest)
    );
    comment on table known_devices is 'Browsers that signed in before: they keep a budget of tries of their own.';

    create table activity (
      id bigint generated always as identity constraint activity_pkey primary key,
      chain uuid not null,
      position integer not null,
      account_id uuid constraint activity_account references accounts,
      event text not null,
      details jsonb not null,
      device text not null,
      place text not null,
      happened_at timestamptz not null,
      hash bytea not null,
      constraint activity_chain_position unique (chain, position)
    );
    create index activity_by_account on activity (account_id, id desc);
    comment on table activity is
      'What happened, in the order of each chain (an account id, or the zero id for the portal). hash: HMAC over the entry and its predecessor.';

    create table activity_heads (
      chain uuid constraint activity_heads_pkey primary key,
      position integer not null,
      hash bytea not null
    );
    comment on table activity_heads is 'The last link of each chain, so that a missing tail is noticed.';

    create table rate_limits (
      key varchar(255) constraint rate_limits_pkey primary key,
      points integer not null default 0,
      expire bigint
    );
    create index rate_limits_by_expire on rate_limits (expire);
    comment on table rate_limits is 'Counters of rate-limiter-flexible.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(
    'drop table rate_limits, activity_heads, activity, known_devices, sessions, claims, accounts',
  )
}
