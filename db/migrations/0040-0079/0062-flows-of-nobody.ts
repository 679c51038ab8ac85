import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table recovery_flows drop constraint recovery_flows_account;

    comment on column recovery_flows.account_id is
      'Null where nobody has the name. Without a reference, which would be checked, and the account locked, for known names alone: a difference of time that tells them. No account is ever deleted.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table recovery_flows add constraint recovery_flows_account foreign key (account_id) references accounts;
    comment on column recovery_flows.account_id is null;
  `)
}
