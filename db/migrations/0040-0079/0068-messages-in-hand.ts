import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table messages
      add column worker text,
      add column doubtful_at timestamptz;
    comment on column messages.worker is
      'Who took it for its last try: the id of a pool of the queue, which is an advisory lock as long as its process lives.';
    comment on column messages.doubtful_at is
      'The moment after which nothing more of its last try left us. Null before the first doubt.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table messages drop column worker, drop column doubtful_at')
}
