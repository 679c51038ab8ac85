// A warning is a measure that restricts nothing and counts for some months.
import type { Knex } from 'knex'

const names = ['limit-sending', 'suspend-sending', 'suspend-all', 'compromised', 'block']

const allow = (db: Knex, measures: readonly string[]) =>
  db.raw(`
    alter table measures drop constraint measures_measure;
    alter table measures add constraint measures_measure
      check (measure in (${measures.map((name) => `'${name}'`).join(', ')}));
  `)

export async function up(db: Knex): Promise<void> {
  await allow(db, ['warning', ...names])
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    delete from appeals where measure_id in (select id from measures where measure = 'warning');
    delete from measures where measure = 'warning';
  `)
  await allow(db, names)
}
