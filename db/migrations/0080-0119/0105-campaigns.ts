// Letters of many senders that have their text or the host of a link in common.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table campaigns (
      id bigint generated always as identity constraint campaigns_pkey primary key,
      kind text not null,
      mark bytea not null,
      name_sealed text not null,
      key_id text not null,
      senders integer not null default 0,
      last_at timestamptz not null,
      constraint campaigns_kind check (kind in ('text', 'link-host')),
      constraint campaigns_mark unique (kind, mark)
    );
    create index campaigns_by_moment on campaigns (last_at desc, id desc) where senders > 1;
    create index campaigns_by_key on campaigns (key_id);
    comment on table campaigns is
      'One row for each text and each host of a link in reported letters; a group from several senders on.';
    comment on column campaigns.mark is 'Keyed digest of the text or host.';
    comment on column campaigns.name_sealed is 'Sealed: the host, or the subject of the first letter.';

    create table campaign_cases (
      campaign_id bigint not null
        constraint campaign_cases_campaign references campaigns on delete cascade,
      case_id bigint not null
        constraint campaign_cases_case references abuse_cases on delete cascade,
      sender bytea not null,
      constraint campaign_cases_pkey primary key (campaign_id, case_id)
    );
    create index campaign_cases_by_case on campaign_cases (case_id);
    create index campaign_cases_by_sender on campaign_cases (campaign_id, sender);
    comment on column campaign_cases.sender is
      'Keyed: the address of the account, else that of the letter.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table campaign_cases, campaigns')
}
