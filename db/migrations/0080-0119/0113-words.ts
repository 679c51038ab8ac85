// What staff write to reporters and owners, what those answer, and the templates for it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table desk_templates (
      id bigint generated always as identity constraint desk_templates_pkey primary key,
      audience text not null,
      name text not null,
      texts jsonb not null,
      changed_by uuid not null constraint desk_templates_changed_by references accounts,
      changed_at timestamptz not null,
      retired_at timestamptz,
      constraint desk_templates_audience check (audience in ('reporter', 'owner'))
    );
    create unique index desk_templates_names on desk_templates (audience, name)
      where retired_at is null;
    comment on column desk_templates.texts is 'One text in each language of the portal.';

    create table desk_words (
      id bigint generated always as identity constraint desk_words_pkey primary key,
      report_id bigint
        constraint desk_words_report references abuse_reports on delete cascade,
      measure_id bigint constraint desk_words_measure references measures,
      by_staff uuid constraint desk_words_staff references accounts,
      words_sealed text not null,
      key_id text not null,
      written_at timestamptz not null,
      asks_until timestamptz,
      answered_at timestamptz,
      constraint desk_words_about check (num_nonnulls(report_id, measure_id) = 1),
      constraint desk_words_asked check (answered_at is null or asks_until is not null),
      constraint desk_words_asker check (asks_until is null or by_staff is not null)
    );
    create index desk_words_by_report on desk_words (report_id, id) where report_id is not null;
    create index desk_words_by_measure on desk_words (measure_id, id)
      where measure_id is not null;
    create unique index desk_words_asked_report on desk_words (report_id)
      where asks_until is not null and answered_at is null;
    create unique index desk_words_asked_measure on desk_words (measure_id)
      where asks_until is not null and answered_at is null;
    create index desk_words_waiting on desk_words (asks_until)
      where asks_until is not null and answered_at is null;
    create index desk_words_by_key on desk_words (key_id);
    comment on table desk_words is
      'Between staff and the person of a report, or the owner under a measure. by_staff null: that person wrote.';
    comment on column desk_words.answered_at is
      'When the question was answered, or when nobody waited for an answer any more.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table desk_words, desk_templates')
}
