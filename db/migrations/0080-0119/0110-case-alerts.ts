// Cases that reached the highest severity, and when staff were told by mail.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table case_alerts (
      case_id bigint
        constraint case_alerts_pkey primary key
        constraint case_alerts_case references abuse_cases on delete cascade,
      raised_at timestamptz not null,
      sent_at timestamptz
    );
    create index case_alerts_waiting on case_alerts (case_id) where sent_at is null;
    create index case_alerts_by_sending on case_alerts (sent_at);
    comment on table case_alerts is 'Each case is told once, alone or with others in one mail.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table case_alerts')
}
