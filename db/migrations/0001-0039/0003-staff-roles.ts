// Who may use the staff pages.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table staff_roles (
      account_id uuid not null constraint staff_roles_account references accounts,
      role text not null,
      granted_at timestamptz not null,
      constraint staff_roles_pkey primary key (account_id, role),
      constraint staff_roles_role check (role in ('reader', 'analyst', 'senior', 'support', 'operator'))
    );
    comment on table staff_roles is 'Roles of staff, granted and revoked by command only.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table staff_roles')
}
