// Forms that were acted on, so that a second click finds the answer of the first.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table sent_forms (
      form_digest bytea constraint sent_forms_pkey primary key,
      answer text,
      sent_at timestamptz not null
    );
    create index sent_forms_by_moment on sent_forms (sent_at);
    comment on table sent_forms is
      'For what two sendings would do twice. form_digest: of the form as it was shown and filled in. answer: an id that the first sending made, where the next one must know it.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table sent_forms')
}
