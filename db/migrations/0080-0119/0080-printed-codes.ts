// The codes of printed sheets, a fourth way to prove that a mailbox is one's own.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table printed_codes (
      account_id uuid not null constraint printed_codes_account references accounts on delete cascade,
      digest bytea not null constraint printed_codes_digest check (octet_length(digest) = 32),
      made_at timestamptz not null,
      used_at timestamptz,
      doubtful_at timestamptz,
      constraint printed_codes_pkey primary key (account_id, digest)
    );
    comment on table printed_codes is
      'The codes of the sheet that an account has, as SHA-256 of over 112 random bits each. All rows of an account are of one sheet.';
    comment on column printed_codes.doubtful_at is
      'Since when no code of the sheet opens anything, because a stranger may have made it.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table printed_codes')
}
