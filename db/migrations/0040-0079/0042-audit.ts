// Who of the staff did and saw what.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table audit (
      position bigint constraint audit_pkey primary key,
      staff_id uuid not null constraint audit_staff references accounts,
      action text not null,
      case_id bigint,
      account_id uuid,
      subject text not null,
      details jsonb not null,
      happened_at timestamptz not null,
      hash bytea not null
    );
    create index audit_by_staff on audit (staff_id, position desc);
    create index audit_by_case on audit (case_id, position desc) where case_id is not null;
    create index audit_by_account on audit (account_id, position desc) where account_id is not null;
    create trigger audit_kept before update or delete on audit for each row execute function refuse_change();
    create trigger audit_kept_all before truncate on audit for each statement execute function refuse_change();
    comment on table audit is 'Deeds and looks of staff. hash: HMAC over the entry and its predecessor, as in activity.';

    create table audit_head (
      id integer constraint audit_head_pkey primary key,
      position bigint not null,
      hash bytea not null,
      constraint audit_head_single check (id = 1)
    );
    insert into audit_head values (1, 0, decode(repeat('00', 32), 'hex'));
    comment on table audit_head is 'The last link, so that a missing tail is noticed.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table audit_head, audit')
}
