// Reported letters: the reports, the evidence, the cases that they join, and how they are found again.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table abuse_index_keys (
      id integer constraint abuse_index_keys_pkey primary key,
      key_sealed text not null,
      key_id text not null,
      made_at timestamptz not null,
      constraint abuse_index_keys_single check (id = 1)
    );
    comment on table abuse_index_keys is
      'The key under which the abuse desk finds addresses, words and hosts without keeping them in clear. Sealed, so that SECRET_KEYS can rotate.';

    create table abuse_cases (
      id bigint generated always as identity constraint abuse_cases_pkey primary key,
      account_id uuid constraint abuse_cases_account references accounts,
      subject_digest bytea,
      details_sealed text not null,
      key_id text not null,
      severity smallint not null default 0,
      severity_reasons jsonb not null default '[]',
      provenance smallint not null default 0,
      kinds text[] not null default '{}',
      report_count integer not null default 0,
      reporter_count integer not null default 0,
      opened_at timestamptz not null,
      last_report_at timestamptz not null,
      first_seen_at timestamptz,
      claimed_by uuid constraint abuse_cases_claimed_by references accounts,
      claimed_at timestamptz,
      closed_at timestamptz,
      closed_by uuid constraint abuse_cases_closed_by references accounts,
      outcome text,
      constraint abuse_cases_severity check (severity between 0 and 2),
      constraint abuse_cases_provenance check (provenance between 0 and 3),
      constraint abuse_cases_subject check (account_id is not null or subject_digest is not null),
      constraint abuse_cases_closed check ((closed_at is null) = (outcome is null)),
      constraint abuse_cases_claimed check ((claimed_at is null) = (claimed_by is null))
    );
    create unique index abuse_cases_open_account on abuse_cases (account_id)
      where closed_at is null and account_id is not null;
    create unique index abuse_cases_open_subject on abuse_cases (subject_digest)
      where closed_at is null and account_id is null;
    create index abuse_cases_queue on abuse_cases (severity desc, id) where closed_at is null;
    create index abuse_cases_closed_queue on abuse_cases (closed_at desc, id desc) where closed_at is not null;
    create index abuse_cases_by_account on abuse_cases (account_id, id desc);
    create index abuse_cases_by_subject on abuse_cases (subject_digest, id desc) where account_id is null;
    create index abuse_cases_by_claim on abuse_cases (claimed_by, severity desc, id) where closed_at is null;
    create index abuse_cases_by_key on abuse_cases (key_id);
    comment on table abuse_cases is
      'One open case per account, or per reported address where no account is shown to have sent anything (account_id null).';
    comment on column abuse_cases.severity is '0 low, 1 medium, 2 high. By itself it only rises.';
    comment on column abuse_cases.provenance is 'The best that any report reached: 0 not ours, 1 unproven, 2 likely, 3 proven.';
    comment on column abuse_cases.details_sealed is 'Sealed JSON: the reported address.';

    create table abuse_case_reporters (
      case_id bigint not null constraint abuse_case_reporters_case references abuse_cases on delete cascade,
      reporter_digest bytea not null,
      constraint abuse_case_reporters_pkey primary key (case_id, reporter_digest)
    );
    comment on table abuse_case_reporters is 'Who reported, so that one angry person counts once.';

    create table evidence (
      id uuid constraint evidence_pkey primary key default gen_random_uuid(),
      sha256 bytea not null,
      size_bytes integer not null,
      pasted boolean not null,
      body bytea not null,
      kept_until timestamptz not null,
      created_at timestamptz not null
    );
    create index evidence_by_end on evidence (kept_until);
    create table evidence_keys (
      evidence_id uuid constraint evidence_keys_pkey primary key constraint evidence_keys_evidence references evidence on delete cascade,
      key_sealed text not null,
      key_id text not null
    );
    create index evidence_keys_by_key on evidence_keys (key_id);
    comment on table evidence is
      'Letters as they were handed in. body: AES-256-GCM under a key of its own in evidence_keys; sha256 is of the letter. Never changed.';

    create function keep_evidence() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and old.kept_until <= nullif(current_setting('postern.evidence_sweep', true), '')::timestamptz then
        return old;
      end if;
      raise exception 'evidence is never changed, and deleted only when its time is over' using errcode = 'restrict_violation';
    end $$;
    create trigger evidence_kept before update or delete on evidence for each row execute function keep_evidence();
    create trigger evidence_kept_all before truncate on evidence for each statement execute function keep_evidence();

    create table evidence_views (
      id bigint generated always as identity constraint evidence_views_pkey primary key,
      evidence_id uuid not null,
      case_id bigint,
      viewed_by uuid not null constraint evidence_views_viewer references accounts,
      what text not null,
      viewed_at timestamptz not null,
      constraint evidence_views_what check (what in ('text', 'html', 'source', 'attachment'))
    );
    create index evidence_views_by_evidence on evidence_views (evidence_id, id desc);
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is only ever added to', tg_table_name using errcode = 'restrict_violation';
    end $$;
    create trigger evidence_views_kept before update or delete on evidence_views for each row execute function refuse_change();
    create trigger evidence_views_kept_all before truncate on evidence_views for each statement execute function refuse_change();
    comment on table evidence_views is 'Who looked at which letter, and how. Outlives the letter.';

    create table abuse_reports (
      id bigint generated always as identity constraint abuse_reports_pkey primary key,
      reference text not null constraint abuse_reports_reference_unique unique,
      channel text not null,
      kind text,
      how text not null,
      evidence_id uuid constraint abuse_reports_evidence references evidence on delete set null,
      details_sealed text not null,
      key_id text not null,
      reporter_digest bytea not null,
      answer_locale text,
      received_at timestamptz not null,

      judged_at timestamptz,
      case_id bigint constraint abuse_reports_case references abuse_cases,
      duplicate_key bytea,
      duplicate_of bigint constraint abuse_reports_duplicate references abuse_reports on delete cascade,
      verdict text,
      rule text,
      reasons text[] not null default '{}',
      content text,
      sender_by text,
      outcome text,
      outcome_told_at timestamptz,
      constraint abuse_reports_channel check (channel in ('form', 'mail', 'feedback-loop')),
      constraint abuse_reports_how check (how in ('source', 'retold', 'none')),
      constraint abuse_reports_verdict check (verdict in ('proven', 'likely', 'unproven', 'not-ours')),
      constraint abuse_reports_judged check ((judged_at is null) = (verdict is null))
    );
    create unique index abuse_reports_duplicates on abuse_reports (duplicate_key) where duplicate_of is null;
    create index abuse_reports_by_case on abuse_reports (case_id, id desc);
    create index abuse_reports_untold on abuse_reports (case_id, id) where outcome is not null and outcome_told_at is null;
    create index abuse_reports_waiting on abuse_reports (id) where judged_at is null;
    create index abuse_reports_by_evidence on abuse_reports (evidence_id);
    create index abuse_reports_by_key on abuse_reports (key_id);
    create index abuse_reports_by_moment on abuse_reports (received_at);
    comment on table abuse_reports is 'What people handed in. The lower half is filled in by the job that judges it.';
    comment on column abuse_reports.details_sealed is
      'Sealed JSON: reported address, reporter, note and, once judged, what the case page shows of the letter.';
    comment on column abuse_reports.reporter_digest is 'Keyed: the reporter''s address, or the network where none was given.';
    comment on column abuse_reports.answer_locale is 'Language to answer in; null where nobody is answered.';

    create table abuse_search (
      report_id bigint constraint abuse_search_pkey primary key constraint abuse_search_report references abuse_reports on delete cascade,
      case_id bigint not null constraint abuse_search_case references abuse_cases on delete cascade,
      terms bigint[] not null
    );
    create index abuse_search_by_term on abuse_search using gin (terms) with (fastupdate = off);
    create index abuse_search_by_case on abuse_search (case_id);
    comment on table abuse_search is
      'terms: the first 8 bytes of keyed digests of addresses, Message-IDs, IPs, link hosts, subject words and their beginnings.';

    create table abuse_mails (
      mail_key text constraint abuse_mails_pkey primary key,
      outcome text not null,
      arrived_at timestamptz not null
    );
    create index abuse_mails_by_moment on abuse_mails (arrived_at);
    comment on table abuse_mails is 'Mails to the abuse address that were taken in: each once, however often it arrives.';

    create table abuse_case_entries (
      id bigint generated always as identity constraint abuse_case_entries_pkey primary key,
      case_id bigint not null constraint abuse_case_entries_case references abuse_cases on delete cascade,
      event text not null,
      details jsonb not null default '{}',
      note_sealed text,
      key_id text,
      by_staff uuid constraint abuse_case_entries_staff references accounts,
      happened_at timestamptz not null,
      constraint abuse_case_entries_note check ((note_sealed is null) = (key_id is null))
    );
    create index abuse_case_entries_by_case on abuse_case_entries (case_id, id desc);
    create index abuse_case_entries_by_key on abuse_case_entries (key_id) where key_id is not null;
    comment on table abuse_case_entries is 'The timeline of a case, with the notes of staff.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table abuse_case_entries, abuse_mails, abuse_search, abuse_reports, evidence_views, evidence_keys, evidence,
      abuse_case_reporters, abuse_cases, abuse_index_keys;
    drop function keep_evidence(), refuse_change();
  `)
}
