// How much each account sent today, and whose limit was reached.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table sending_days (
      account_id uuid not null constraint sending_days_account references accounts,
      day date not null,
      letters integer not null default 0,
      recipients integer not null default 0,
      constraint sending_days_pkey primary key (account_id, day)
    );
    create index sending_days_by_day on sending_days (day);
    comment on table sending_days is 'Letters and different recipients of an account and day (UTC).';

    create table sending_recipients (
      account_id uuid not null,
      day date not null,
      recipient_digest bytea not null,
      constraint sending_recipients_pkey primary key (account_id, day, recipient_digest),
      constraint sending_recipients_day foreign key (account_id, day) references sending_days on delete cascade
    );
    comment on table sending_recipients is 'Whom an account wrote to on a day, as keyed digests: they can be counted, not read.';

    create table sending_alerts (
      id bigint generated always as identity constraint sending_alerts_pkey primary key,
      account_id uuid not null constraint sending_alerts_account references accounts,
      day date not null,
      kind text not null,
      allowed integer not null,
      happened_at timestamptz not null,
      constraint sending_alerts_once unique (account_id, day, kind),
      constraint sending_alerts_kind check (kind in ('letters', 'recipients'))
    );
    create index sending_alerts_by_moment on sending_alerts (happened_at);
    comment on table sending_alerts is 'Accounts that reached a limit, once a day and kind: for the abuse desk to look at.'
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table sending_alerts, sending_recipients, sending_days')
}
