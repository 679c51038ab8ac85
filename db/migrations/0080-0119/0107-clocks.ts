// Until when a case should be decided.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table abuse_cases
      add column due_at timestamptz,
      add column clock_left_ms bigint;
    comment on column abuse_cases.due_at is
      'Until when the case should be decided. A job sets it for cases that have none.';
    comment on column abuse_cases.clock_left_ms is
      'Working time that was left when the clock was paused; null while it runs.';
    create index abuse_cases_by_due on abuse_cases (due_at) where closed_at is null;
    create index abuse_cases_without_clock on abuse_cases (id)
      where closed_at is null and due_at is null and clock_left_ms is null;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop index abuse_cases_by_due;
    drop index abuse_cases_without_clock;
    alter table abuse_cases drop column due_at, drop column clock_left_ms;
  `)
}
