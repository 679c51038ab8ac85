// Letters that ask whether a contact is still the owner's, and what owners said.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table contact_questions (
      account_id uuid not null
        constraint contact_questions_account references accounts on delete cascade,
      kind text not null,
      sent_at timestamptz not null,
      contact_since timestamptz not null,
      token_hash bytea constraint contact_questions_token unique,
      epoch integer not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      constraint contact_questions_pkey primary key (account_id, kind, sent_at)
    );
    create index contact_questions_by_moment on contact_questions (sent_at);
    comment on table contact_questions is
      'One row for each letter. A row without a token is of a letter without a link.';
    comment on column contact_questions.contact_since is
      'When the contact was linked: tells it from another one of the same account and kind.';

    create table contact_statements (
      account_id uuid not null
        constraint contact_statements_account references accounts on delete cascade,
      kind text not null,
      contact_since timestamptz not null,
      stated_at timestamptz not null,
      constraint contact_statements_pkey primary key (account_id, kind)
    );
    comment on table contact_statements is
      'When a signed-in owner said that a contact is still theirs. It proves nothing.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table contact_statements; drop table contact_questions')
}
