// A question that somebody set shortly before a new epoch may be a stranger's.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table security_questions add column doubtful_at timestamptz;
    comment on column security_questions.doubtful_at is
      'Since when no answer opens anything, until the owner sets a question again.';
    update security_questions set tries = 0, doubtful_at = set_at where tries = 2147483647 and removed_at is null;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    update security_questions set tries = 2147483647 where doubtful_at is not null and removed_at is null;
    alter table security_questions drop column doubtful_at;
  `)
}
