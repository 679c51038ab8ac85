// An account that its owner closes waits for some days, in which a sign-in brings it back.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts
      add column closing_at timestamptz,
      add column closes_at timestamptz,
      add constraint accounts_closing check ((closing_at is null) = (closes_at is null)),
      add constraint accounts_closing_or_closed check (closing_at is null or closed_at is null);
    create index accounts_closing on accounts (closes_at) where closes_at is not null;
    comment on column accounts.closing_at is 'Since when it is being closed. Nobody signs in meanwhile; its owner can keep it.';
    comment on column accounts.closes_at is 'When a job ends it for good. Moves while a block keeps the owner out.';

    alter table mailboxes add column closing boolean not null default false;
    comment on column mailboxes.closing is
      'While its account is being closed, the platform shuts everything, whatever the suspension says.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table mailboxes drop column closing;
    alter table accounts drop column closes_at, drop column closing_at;
  `)
}
