// What was done about an account, and what its holder said to that.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts add column reset_demanded_at timestamptz;
    comment on column accounts.reset_demanded_at is
      'A stranger seems to have the password: nobody signs in until a new one was set by recovery.';

    create table measures (
      id bigint generated always as identity constraint measures_pkey primary key,
      account_id uuid not null constraint measures_account references accounts,
      case_id bigint constraint measures_case references abuse_cases on delete set null,
      measure text not null,
      cause text not null,
      state text not null,
      until timestamptz,
      proposed_by uuid not null constraint measures_proposed_by references accounts,
      proposed_at timestamptz not null,
      approved_by uuid constraint measures_approved_by references accounts,
      decided_at timestamptz,
      taken_at timestamptz,
      mailbox_revision bigint,
      effective_at timestamptz,
      ended_at timestamptz,
      ended_by uuid constraint measures_ended_by references accounts,
      end_reason text,
      constraint measures_measure check (measure in ('limit-sending', 'suspend-sending', 'suspend-all', 'compromised', 'block')),
      constraint measures_state check (state in ('proposed', 'refused', 'in-force', 'ended')),
      constraint measures_taken check ((state in ('in-force', 'ended')) = (taken_at is not null)),
      constraint measures_ended check ((state = 'ended') = (ended_at is not null) and (ended_at is null) = (end_reason is null)),
      constraint measures_second_person check (approved_by is null or approved_by <> proposed_by)
    );
    create unique index measures_in_force on measures (account_id) where state = 'in-force';
    create unique index measures_proposed on measures (account_id) where state = 'proposed';
    create index measures_by_account on measures (account_id, id desc);
    create index measures_by_end on measures (until) where state = 'in-force' and until is not null;
    create index measures_by_staff on measures (proposed_by, proposed_at);
    create index measures_by_case on measures (case_id);
    create index measures_ineffective on measures (account_id) where taken_at is not null and effective_at is null and mailbox_revision is not null;
    create index measures_by_moment on measures (taken_at);
    comment on table measures is 'At most one in force and one proposed for an account. What they do stands in the wanted state of the mailbox.';
    comment on column measures.mailbox_revision is 'The revision of the wanted mailbox that carries it; effective_at: when the platform had it.';

    create table appeals (
      id bigint generated always as identity constraint appeals_pkey primary key,
      reference text not null constraint appeals_reference_unique unique,
      measure_id bigint not null constraint appeals_measure references measures constraint appeals_measure_unique unique,
      text_sealed text not null,
      key_id text not null,
      made_at timestamptz not null,
      decided_by uuid constraint appeals_decided_by references accounts,
      decided_at timestamptz,
      decision text,
      constraint appeals_decision check (decision in ('lifted', 'eased', 'kept')),
      constraint appeals_decided check (num_nulls(decided_by, decided_at, decision) in (0, 3))
    );
    create index appeals_waiting on appeals (made_at, id) where decided_at is null;
    create index appeals_by_key on appeals (key_id);
    comment on table appeals is 'Once per measure, decided by somebody who had no part in it.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table appeals, measures; alter table accounts drop column reset_demanded_at')
}
