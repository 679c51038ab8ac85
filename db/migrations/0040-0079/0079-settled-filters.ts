// Decisions on filters are kept after the filter's row is gone, so that an old page is told what was really decided.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table settled_filters (
      id uuid constraint settled_filters_pkey primary key,
      account_id uuid not null constraint settled_filters_account references accounts on delete cascade,
      decision text not null,
      settled_at timestamptz not null,
      constraint settled_filters_decision check (decision in ('keep', 'remove'))
    );
    create index settled_filters_by_account on settled_filters (account_id);
    create index settled_filters_by_moment on settled_filters (settled_at);
    comment on table settled_filters is
      'What was decided on rows of held_filters that are gone, for as long as a session can last. What the filter did is not kept.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table settled_filters')
}
