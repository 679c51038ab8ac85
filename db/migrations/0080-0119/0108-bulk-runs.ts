// One decision about many cases, which can be undone for a while.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table bulk_runs (
      id bigint generated always as identity constraint bulk_runs_pkey primary key,
      state text not null,
      decision text not null,
      cause text,
      days integer,
      case_count integer not null,
      made_by uuid not null constraint bulk_runs_maker references accounts,
      made_at timestamptz not null,
      second_person uuid constraint bulk_runs_second_person references accounts,
      undo_until timestamptz,
      undone_by uuid constraint bulk_runs_undone_by references accounts,
      constraint bulk_runs_state check (state in
        ('draft', 'proposed', 'refused', 'running', 'done', 'settled', 'undoing', 'undone')),
      constraint bulk_runs_two_people check (second_person <> made_by or state = 'refused')
    );
    create index bulk_runs_by_moment on bulk_runs (made_at);
    comment on column bulk_runs.decision is
      'An outcome with which the cases are closed, or a measure that is taken before.';

    create table bulk_items (
      run_id bigint not null
        constraint bulk_items_run references bulk_runs on delete cascade,
      case_id bigint not null
        constraint bulk_items_case references abuse_cases on delete cascade,
      shown text,
      result text,
      measure_id bigint constraint bulk_items_measure references measures,
      undone text,
      constraint bulk_items_pkey primary key (run_id, case_id)
    );
    create index bulk_items_by_case on bulk_items (case_id);
    comment on column bulk_items.shown is
      'A digest of what the person saw of the case. If the case has changed, nothing is done to it.';

    alter table abuse_cases add column answers_held boolean not null default false;
    comment on column abuse_cases.answers_held is
      'Closed by a run that can be undone: the reporters are not answered yet.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table bulk_items;
    drop table bulk_runs;
    alter table abuse_cases drop column answers_held;
  `)
}
