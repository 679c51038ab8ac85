// Every page of a recovery names the mailbox that it is about, as it was typed: for known and unknown names alike.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table recovery_flows add column typed_sealed text;

    comment on column recovery_flows.typed_sealed is
      'The mailbox as its pages name it: what was typed, or whose link it was. Null in flows that are older than this column.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table recovery_flows drop column typed_sealed')
}
