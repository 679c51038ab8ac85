// What became of links of letters, so that a page can say it to people who open one.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table dead_links (
      token_hash bytea constraint dead_links_pkey primary key,
      account_id uuid not null constraint dead_links_account references accounts on delete cascade,
      kind text not null,
      fate text not null constraint dead_links_fate check (fate in ('used', 'newer', 'expired')),
      died_at timestamptz not null
    );
    create index dead_links_by_moment on dead_links (died_at);
    create index dead_links_by_account on dead_links (account_id);
    comment on table dead_links is
      'Digests of tokens that open nothing any more. Kept for a month, because people open old letters.';
    comment on column dead_links.died_at is
      'When the link was used, replaced, or expired.';
    alter table contact_confirmations add column message_id uuid;
    comment on column contact_confirmations.message_id is
      'The message that brings the code; null in rows older than this column.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table contact_confirmations drop column message_id;
    drop table dead_links;
  `)
}
