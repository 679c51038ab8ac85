// How many different passwords a network tried for a mailbox, and which of them were good there.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table client_tries (
      pair bytea not null,
      mark bytea not null,
      tried_at timestamptz not null,
      good_at timestamptz,
      constraint client_tries_pkey primary key (pair, mark)
    );
    create index client_tries_by_age on client_tries (tried_at);
    comment on table client_tries is
      'Passwords that mail programs of a network tried for a name, one row each: so guesses are counted, and a program that repeats an old password is one. pair: keyed digest of network and name. mark: keyed digest of the 12 bits that Dovecot tells of the password.';

    alter table client_sign_ins drop constraint client_sign_ins_outcome, add constraint client_sign_ins_outcome
      check (outcome in ('succeeded', 'refused', 'blocked', 'short-name', 'not-judged'));

    -- What mail programs are told of a block is written with its next revision: now, with an address of the portal.
    update mailboxes set revision = revision + 1 where suspension <> 'none' and removed_at is null;
    comment on column mailboxes.suspension_reason is 'Not used any more: the text is made when the platform gets it.'
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    comment on column mailboxes.suspension_reason is null;
    delete from client_sign_ins where outcome = 'not-judged';
    alter table client_sign_ins drop constraint client_sign_ins_outcome, add constraint client_sign_ins_outcome
      check (outcome in ('succeeded', 'refused', 'blocked', 'short-name'));
    drop table client_tries
  `)
}
