// Claims lapse when their holders leave the case alone, and a case shows who looks at it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table abuse_cases add column claim_seen_at timestamptz;
    comment on column abuse_cases.claim_seen_at is 'When the holder was last at the case.';
    create index abuse_cases_by_idle_claim on abuse_cases (coalesce(claim_seen_at, claimed_at))
      where closed_at is null and claimed_by is not null;

    create table case_looks (
      case_id bigint not null
        constraint case_looks_case references abuse_cases on delete cascade,
      staff_id uuid not null constraint case_looks_staff references accounts,
      looked_at timestamptz not null,
      constraint case_looks_pkey primary key (case_id, staff_id)
    );
    create index case_looks_by_moment on case_looks (looked_at);
    comment on table case_looks is
      'Who has the page of a case open: the last look of each. The record of looks is the audit.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table case_looks;
    drop index abuse_cases_by_idle_claim;
    alter table abuse_cases drop column claim_seen_at;
  `)
}
