// How mail programs signed in, for the owner to see, and what their passwords looked like from afar.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table client_sign_ins (
      id bigint generated always as identity constraint client_sign_ins_pkey primary key,
      account_id uuid not null constraint client_sign_ins_account references accounts,
      bucket timestamptz not null,
      service text not null,
      outcome text not null,
      app_password_id uuid,
      mark bytea not null default '',
      place text not null default '',
      tries integer not null default 1,
      first_at timestamptz not null,
      last_at timestamptz not null,
      constraint client_sign_ins_outcome check (outcome in ('succeeded', 'refused', 'blocked', 'short-name'))
    );
    create unique index client_sign_ins_alike on client_sign_ins
      (account_id, bucket, service, outcome, coalesce(app_password_id, '00000000-0000-0000-0000-000000000000'), mark, place);
    create index client_sign_ins_by_account on client_sign_ins (account_id, last_at desc);
    create index client_sign_ins_by_age on client_sign_ins (last_at);
    comment on table client_sign_ins is
      'Sign-ins of mail programs: good ones of a day, refused ones of an hour that are alike are one row. mark: keyed digest of the 12 bits that Dovecot tells of the password.';

    create table client_password_marks (
      account_id uuid not null constraint client_password_marks_account references accounts,
      mark bytea not null,
      app_password_id uuid,
      last_good_at timestamptz not null,
      constraint client_password_marks_pkey primary key (account_id, mark)
    );
    create index client_password_marks_by_age on client_password_marks (last_good_at);
    comment on table client_password_marks is
      'Marks of passwords that mail programs signed in with: by them an old one is recognised when it comes again. Digests under a key outside the database: without it they say nothing of the password.'
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table client_password_marks, client_sign_ins')
}
