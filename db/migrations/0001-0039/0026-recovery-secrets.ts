// What the methods keep of a recovery that is on its way. A contact that was typed is sealed, whether it is anybody's or not.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table recovery_codes (
      flow_id uuid constraint recovery_codes_pkey primary key
        constraint recovery_codes_flow references recovery_flows on delete cascade,
      number_sealed text not null,
      sends integer not null default 1,
      code_digest bytea,
      code_key_id text,
      tries integer not null default 0,
      asked_at timestamptz not null,
      expires_at timestamptz not null,
      spent_at timestamptz
    );
    comment on table recovery_codes is
      'Codes by SMS: the newest of each flow. tries belong to the flow: sending again refills nothing. code_digest is null until a worker has decided.';

    create table recovery_link_requests (
      flow_id uuid constraint recovery_link_requests_pkey primary key
        constraint recovery_link_requests_flow references recovery_flows on delete cascade,
      address_sealed text not null,
      sends integer not null default 1,
      decided_sends integer not null default 0,
      asked_at timestamptz not null
    );
    comment on table recovery_link_requests is 'Addresses typed to be mailed a link. A worker decides whether one is sent.';

    create table recovery_links (
      account_id uuid constraint recovery_links_pkey primary key constraint recovery_links_account references accounts,
      token_hash bytea not null constraint recovery_links_token_hash_unique unique,
      sent_at timestamptz not null,
      expires_at timestamptz not null,
      spent_at timestamptz
    );
    create index recovery_links_by_expiry on recovery_links (expires_at);
    comment on table recovery_links is 'Links to a new password: one row for each account, so that only the newest is worth anything.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop table recovery_links, recovery_link_requests, recovery_codes')
}
