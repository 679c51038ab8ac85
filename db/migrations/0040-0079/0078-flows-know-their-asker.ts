// What a page of a recovery tells of waits is counted for who asks: no stranger learns from it what its owner typed, or keeps him out.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table recovery_flows add column asker_key bytea;

    comment on column recovery_flows.asker_key is
      'Names the counters that its pages tell of: keyed digest of the typed name and the network, or budget_key for a browser that is known. Null in flows that ask for nothing or are older than this column.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table recovery_flows drop column asker_key')
}
