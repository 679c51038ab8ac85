// Filters that ran when a recovery or a block ended all access. They wait for their owner’s word.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table held_filters (
      id uuid constraint held_filters_pkey primary key default gen_random_uuid(),
      account_id uuid not null constraint held_filters_account references accounts,
      filter_sealed text not null,
      held_at timestamptz not null,
      read_at timestamptz,
      decision text,
      problem text,
      constraint held_filters_decision check (decision in ('keep', 'remove')),
      constraint held_filters_problem check (problem in ('changed', 'refused'))
    );
    create index held_filters_by_account on held_filters (account_id);
    comment on table held_filters is
      'Switched off by a recovery or by ending all sessions, until their owner keeps or removes them. The row goes when that is done on the platform.';
    comment on column held_filters.filter_sealed is 'Its name and, from read_at on, its scripts.';
    comment on column held_filters.problem is
      'Why it could not be kept: its scripts were changed in the mailbox meanwhile, or the platform refuses them.';

    create table unheld_filters (
      account_id uuid constraint unheld_filters_pkey primary key constraint unheld_filters_account references accounts,
      since timestamptz not null
    );
    comment on table unheld_filters is
      'Mailboxes whose filters were to be held back where the platform does not let them be reached, until their owner has looked.'
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table unheld_filters; drop table held_filters')
}
