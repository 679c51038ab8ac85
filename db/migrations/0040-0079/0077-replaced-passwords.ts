// Passwords that a recovery must not bring back: a stranger may know any of them.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table replaced_passwords (
      account_id uuid not null references accounts (id) on delete cascade,
      verifier text not null,
      replaced_at timestamptz not null
    );
    create index replaced_passwords_by_account on replaced_passwords (account_id);
    create index replaced_passwords_by_moment on replaced_passwords (replaced_at);
    comment on table replaced_passwords is
      'Verifiers of passwords that were replaced within UNDO_DAYS, the first ten of an account: no recovery sets one of them again.';

    insert into replaced_passwords (account_id, verifier, replaced_at)
      select id, voided_verifier, password_changed_at from accounts where voided_verifier is not null;
    alter table accounts drop column voided_verifier;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts add column voided_verifier text;
    comment on column accounts.voided_verifier is
      'Of the password that an undo made void: it is refused as the next one. Null once there is a next one.';
    drop table replaced_passwords;
  `)
}
