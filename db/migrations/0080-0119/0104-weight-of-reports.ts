// Whom a report counts as, how much it weighs, and which letter it is about.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table abuse_reports
      add column person_digest bytea,
      add column letter_key bytea,
      add column harmless boolean not null default false,
      add column corrected_at timestamptz;
    create index abuse_reports_by_person on abuse_reports (person_digest, id desc);
    create index abuse_reports_record on abuse_reports (person_digest, id desc)
      where duplicate_of is null and outcome in ('measure-taken', 'no-breach');
    create index abuse_reports_by_letter on abuse_reports (letter_key, outcome)
      where outcome in ('measure-taken', 'no-breach');
    create index abuse_reports_by_original on abuse_reports (duplicate_of, id desc)
      where duplicate_of is not null;
    comment on column abuse_reports.person_digest is
      'Keyed: a confirmed address, else the network. Null in old rows: it is reporter_digest.';
    comment on column abuse_reports.letter_key is
      'Keyed: sender, subject and body, so that a letter is known again from any reporter.';
    comment on column abuse_reports.harmless is
      'Its letter had been judged before, without a breach.';
    comment on column abuse_reports.corrected_at is
      'When a measure changed the outcome that its reporter had been told.';

    alter table abuse_case_reporters add column weight smallint not null default 100;
    comment on column abuse_case_reporters.weight is
      'In hundredths of a person, by the record at that time; 0 for harmless letters.';
    alter table abuse_cases
      add column weight_shift integer not null default 0,
      add column harmless_count integer not null default 0;
    comment on column abuse_cases.weight_shift is
      'What the weights of its reporters add to 100 for each of them, or take away.';
    comment on column abuse_cases.harmless_count is 'How many of its reports are harmless.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table abuse_cases drop column weight_shift, drop column harmless_count;
    alter table abuse_case_reporters drop column weight;
    drop index abuse_reports_by_person, abuse_reports_record, abuse_reports_by_letter,
      abuse_reports_by_original;
    alter table abuse_reports drop column person_digest, drop column letter_key,
      drop column harmless, drop column corrected_at;
  `)
}
