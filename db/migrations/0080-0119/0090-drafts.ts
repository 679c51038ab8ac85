// What a person typed in a form that was not taken, and the letter they chose, for an hour.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table drafts (
      token_digest bytea constraint drafts_pkey primary key
        constraint drafts_token_digest check (octet_length(token_digest) = 32),
      sealed text not null,
      bytes integer not null,
      kept_at timestamptz not null
    );
    create index drafts_by_moment on drafts (kept_at);
    comment on table drafts is
      'Sealed, and found only by a token and a secret of the browser. Swept after an hour, so no key is turned.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table drafts')
}
