// The ways back into a mailbox, and the proof of a contact while it is being linked.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts add column probation_until timestamptz;
    comment on column accounts.probation_until is 'After a reset by security question: until then recovery methods cannot be changed.';

    create table backup_addresses (
      account_id uuid constraint backup_addresses_pkey primary key constraint backup_addresses_account references accounts,
      address_sealed text not null,
      key_id text not null,
      confirmed_at timestamptz not null,
      proven_at timestamptz not null
    );
    create index backup_addresses_by_key on backup_addresses (key_id);
    comment on table backup_addresses is
      'Linked and proven. address_sealed: where mail is sent; the canonical form, by which it is unique, is in claims.';

    create table phones (
      account_id uuid constraint phones_pkey primary key constraint phones_account references accounts,
      confirmed_at timestamptz not null,
      proven_at timestamptz not null
    );
    comment on table phones is 'Linked and proven. The number itself, E.164, is in claims.';

    create table security_questions (
      account_id uuid constraint security_questions_pkey primary key constraint security_questions_account references accounts,
      question text,
      answer_verifier text,
      answer_key_id text,
      tries integer not null default 0,
      set_at timestamptz not null,
      proven_at timestamptz,
      removed_at timestamptz,
      constraint security_questions_tombstone
        check (case when removed_at is null then num_nulls(question, answer_verifier, answer_key_id) = 0
          else num_nonnulls(question, answer_verifier, answer_key_id) = 0 end)
    );
    comment on table security_questions is
      'question: an id of the list. answer_verifier: argon2id over the answer keyed under answer_key_id. A removed one is gone for ever.';

    create function keep_security_question_tombstone() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.removed_at is null and new.account_id = old.account_id then
        return new;
      end if;
      raise exception 'a removed security question stays removed' using errcode = 'restrict_violation';
    end $$;
    create trigger security_questions_tombstone before update or delete on security_questions
      for each row execute function keep_security_question_tombstone();
    create trigger security_questions_tombstone_all before truncate on security_questions
      for each statement execute function keep_security_question_tombstone();

    create table contact_confirmations (
      account_id uuid not null constraint contact_confirmations_account references accounts,
      kind text not null,
      contact_sealed text not null,
      code_digest bytea not null,
      code_key_id text not null,
      tries integer not null default 0,
      sent_at timestamptz not null,
      expires_at timestamptz not null,
      spent_at timestamptz,
      constraint contact_confirmations_pkey primary key (account_id, kind),
      constraint contact_confirmations_kind check (kind in ('backup-address', 'phone'))
    );
    create index contact_confirmations_by_expiry on contact_confirmations (expires_at);
    comment on table contact_confirmations is
      'Contacts whose code is on its way: the newest only. tries outlive a code that is sent again. code_digest: keyed.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table contact_confirmations, security_questions, phones, backup_addresses;
    drop function keep_security_question_tombstone();
    alter table accounts drop column probation_until;
  `)
}
