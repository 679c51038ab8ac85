// Files with all that the portal holds about somebody, for that person alone.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table exports (
      id uuid constraint exports_pkey primary key,
      account_id uuid not null constraint exports_account references accounts on delete cascade,
      epoch integer not null,
      device text not null,
      place text not null,
      body_sealed text,
      bytes integer,
      asked_at timestamptz not null,
      ready_at timestamptz,
      expires_at timestamptz not null,
      constraint exports_ready check (num_nulls(body_sealed, bytes, ready_at) in (0, 3))
    );
    create index exports_by_account on exports (account_id);
    create index exports_by_end on exports (expires_at);
    comment on table exports is
      'What owners asked for at /account/export. A file of an earlier epoch opens for nobody.';
    comment on column exports.body_sealed is
      'JSON, sealed; null until the job has made it.';
    comment on column exports.bytes is
      'How long the JSON is.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table exports')
}
