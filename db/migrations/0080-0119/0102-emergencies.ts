// Cases of emergencies: one more severity, one more role, and an open case of their own.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table abuse_cases drop constraint abuse_cases_severity;
    alter table abuse_cases add constraint abuse_cases_severity
      check (severity between 0 and 3);
    comment on column abuse_cases.severity is
      '0 low, 1 medium, 2 high, 3 emergency. It only rises; no case becomes an emergency later.';
    drop index abuse_cases_open_account;
    drop index abuse_cases_open_subject;
    create unique index abuse_cases_open_account on abuse_cases (account_id, (severity = 3))
      where closed_at is null and account_id is not null;
    create unique index abuse_cases_open_subject on abuse_cases (subject_digest, (severity = 3))
      where closed_at is null and account_id is null;
    alter table staff_roles drop constraint staff_roles_role;
    alter table staff_roles add constraint staff_roles_role check
      (role in ('reader', 'analyst', 'senior', 'support', 'operator', 'emergency'));
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    delete from staff_roles where role = 'emergency';
    alter table staff_roles drop constraint staff_roles_role;
    alter table staff_roles add constraint staff_roles_role check
      (role in ('reader', 'analyst', 'senior', 'support', 'operator'));
    drop index abuse_cases_open_account;
    drop index abuse_cases_open_subject;
    create unique index abuse_cases_open_account on abuse_cases (account_id)
      where closed_at is null and account_id is not null;
    create unique index abuse_cases_open_subject on abuse_cases (subject_digest)
      where closed_at is null and account_id is null;
    alter table abuse_cases drop constraint abuse_cases_severity;
    update abuse_cases set severity = 2 where severity = 3;
    alter table abuse_cases add constraint abuse_cases_severity
      check (severity between 0 and 2);
  `)
}
