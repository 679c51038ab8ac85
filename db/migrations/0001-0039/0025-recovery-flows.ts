// Browsers on their way to a new password. Unknown names have rows like any other.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table recovery_flows (
      id uuid constraint recovery_flows_pkey primary key default gen_random_uuid(),
      token_hash bytea not null constraint recovery_flows_token_hash_unique unique,
      account_id uuid constraint recovery_flows_account references accounts,
      name_key bytea not null,
      budget_key bytea not null,
      state text not null,
      asked text,
      proven_by text,
      proof_hash bytea,
      locale text not null,
      device text not null,
      place text not null,
      begun_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      takes_effect_at timestamptz,
      constraint recovery_flows_state check (state in ('begun', 'asked', 'proven', 'held', 'done')),
      constraint recovery_flows_proof check (state in ('begun', 'asked') or (proven_by is not null and account_id is not null))
    );
    create index recovery_flows_by_account on recovery_flows (account_id) where ended_at is null;
    create index recovery_flows_by_expiry on recovery_flows (expires_at);
    comment on table recovery_flows is
      'One browser on its way to a new password. account_id is null for names that nobody has; the pages are the same for both.';
    comment on column recovery_flows.token_hash is 'SHA-256 of the 256-bit token in the cookie.';
    comment on column recovery_flows.name_key is 'Keyed digest of the name that was typed: chooses what a decoy shows.';
    comment on column recovery_flows.budget_key is 'Keyed digest of the name, and of a browser that is known to it: names the counters.';
    comment on column recovery_flows.asked is 'The method that was asked for proof last.';
    comment on column recovery_flows.proof_hash is 'Hash of the link that opened the flow, which is spent with the new password.';

    create table recovery_holds (
      account_id uuid constraint recovery_holds_pkey primary key constraint recovery_holds_account references accounts,
      flow_id uuid not null,
      password_verifier text not null,
      password_sealed text not null,
      device text not null,
      place text not null,
      made_at timestamptz not null,
      due_at timestamptz not null
    );
    create index recovery_holds_by_due on recovery_holds (due_at);
    comment on table recovery_holds is
      'New passwords that wait (SECURITY_QUESTION=hold): the newest of each account; a row goes when it is applied or taken back.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table recovery_holds, recovery_flows')
}
