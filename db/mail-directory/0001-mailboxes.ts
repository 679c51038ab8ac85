// The mail directory: what Dovecot and Postfix read about every mailbox. It lives in a schema of its own, so that it can also be
// installed into another database than the portal's. Like any migration this file is never edited once it was released.
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(tables)
  await knex.raw(forDovecot)
  await knex.raw(forPostfix)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop schema mail_directory cascade')
}

const tables = `
create schema mail_directory;

create table mail_directory.domains (
  domain text constraint domains_pkey primary key,
  constraint domains_lower_case check (domain = lower(domain))
);
comment on table mail_directory.domains is 'Domains that the platform receives mail for.';

create table mail_directory.mailboxes (
  account_id uuid constraint mailboxes_pkey primary key,
  address text not null constraint mailboxes_address_key unique,
  revision bigint not null,
  password text,
  suspension text not null default 'none',
  suspension_reason text,
  quota_bytes bigint not null,
  main_password_opens_mail boolean not null default true,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  removed_at timestamptz,
  purge_after timestamptz,
  login_allowed boolean not null generated always as (removed_at is null and suspension in ('none', 'send')) stored,
  send_allowed boolean not null generated always as (removed_at is null and suspension = 'none') stored,
  receive_allowed boolean not null generated always as (removed_at is null and suspension <> 'all') stored,
  constraint mailboxes_address_lower_case check (address = lower(address) and address like '_%@_%'),
  constraint mailboxes_suspension_known check (suspension in ('none', 'send', 'login', 'all')),
  -- The reason becomes part of IMAP and SMTP replies: a line break in it would be a reply of its own.
  constraint mailboxes_reason_one_line check (suspension_reason !~ '[[:cntrl:]]' and length(suspension_reason) <= 200),
  constraint mailboxes_quota_positive check (quota_bytes > 0),
  -- Dovecot refuses every password of a verifier that lists its parameters in another order than m,t,p.
  constraint mailboxes_password_argon2id check (password ~ '^[$]argon2id[$]v=19[$]m=[0-9]+,t=[0-9]+,p=[0-9]+[$][^$]+[$][^$]+$'),
  constraint mailboxes_quarantine check ((removed_at is null) = (purge_after is null))
);
comment on table mail_directory.mailboxes is
  'One row per mailbox, keyed by the immutable account: the whole wanted state with its revision. A removed one stays, closed and with its address, until its purge.';
create index mailboxes_purge_after on mail_directory.mailboxes (purge_after) where purge_after is not null;

create table mail_directory.addresses (
  address text constraint addresses_pkey primary key,
  account_id uuid not null constraint addresses_account_id_fkey references mail_directory.mailboxes on delete cascade,
  constraint addresses_lower_case check (address = lower(address))
);
comment on table mail_directory.addresses is
  'Every address that leads to a mailbox and may be sent from: its own and its aliases. The primary key decides who has an address.';
create index addresses_account_id on mail_directory.addresses (account_id);

create table mail_directory.app_passwords (
  id uuid constraint app_passwords_pkey primary key,
  account_id uuid not null constraint app_passwords_account_id_fkey references mail_directory.mailboxes on delete cascade,
  label text not null,
  -- Plain SHA-256: the secret has at least 80 random bits, so there is nothing to guess, and Dovecot compares inside one query.
  secret_sha256 bytea not null constraint app_passwords_secret_key unique,
  services text[] not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_service text,
  last_used_ip inet,
  constraint app_passwords_secret_length check (length(secret_sha256) = 32),
  constraint app_passwords_services_known check (services <@ array['imap', 'pop3', 'smtp'] and cardinality(services) > 0)
);
comment on table mail_directory.app_passwords is 'One secret per device, for the named services only, until revoked.';
create index app_passwords_account_id on mail_directory.app_passwords (account_id);

create table mail_directory.access_tokens (
  token_sha256 bytea constraint access_tokens_pkey primary key,
  account_id uuid not null constraint access_tokens_account_id_fkey references mail_directory.mailboxes on delete cascade,
  services text[] not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint access_tokens_length check (length(token_sha256) = 32),
  constraint access_tokens_services_known check (services <@ array['imap', 'pop3', 'smtp'] and cardinality(services) > 0)
);
comment on table mail_directory.access_tokens is 'Short-lived opaque tokens for OAUTHBEARER and XOAUTH2.';
create index access_tokens_account_id on mail_directory.access_tokens (account_id);

-- People type the groups in which an app password was shown to them; the blanks between are not part of it.
create function mail_directory.secret_digest(secret text) returns bytea language sql immutable strict parallel safe
  as $$ select sha256(convert_to(replace(secret, ' ', ''), 'UTF8')) $$;

-- Filters (ManageSieve) belong to IMAP: a program that reads mail may also sort it.
create function mail_directory.opens(services text[], service text) returns boolean language sql immutable strict parallel safe
  as $$ select case service when 'sieve' then 'imap' else service end = any (services) $$;
`

// Dovecot must find one row or none: more than one is an internal error that locks the owner out with every password.
const forDovecot = `
create view mail_directory.dovecot_main_passwords as
  select address, password, login_allowed, send_allowed, coalesce(suspension_reason, 'Account suspended') as reason
  from mail_directory.mailboxes
  where main_password_opens_mail and password is not null and removed_at is null;
comment on view mail_directory.dovecot_main_passwords is 'The account''s own password, where mail programs may use it.';

create view mail_directory.dovecot_app_passwords as
  select m.address, p.id, p.secret_sha256, p.services, m.send_allowed
  from mail_directory.app_passwords p join mail_directory.mailboxes m using (account_id)
  where p.revoked_at is null and m.login_allowed;
comment on view mail_directory.dovecot_app_passwords is 'Live app passwords of mailboxes that may be opened.';

create view mail_directory.dovecot_access_tokens as
  select m.address, t.token_sha256, t.services, m.send_allowed
  from mail_directory.access_tokens t join mail_directory.mailboxes m using (account_id)
  where t.revoked_at is null and t.expires_at > now() and m.login_allowed;
comment on view mail_directory.dovecot_access_tokens is 'Live tokens of mailboxes that may be opened.';

create view mail_directory.dovecot_users as
  select address, account_id, quota_bytes, receive_allowed, removed_at
  from mail_directory.mailboxes;
comment on view mail_directory.dovecot_users is 'Where each mailbox lies and how much it may hold; removed ones too, for their purge.';
`

const forPostfix = `
create view mail_directory.postfix_domains as select domain from mail_directory.domains;
comment on view mail_directory.postfix_domains is 'Domains to receive for.';

create view mail_directory.postfix_mailboxes as
  select address from mail_directory.mailboxes where removed_at is null;
comment on view mail_directory.postfix_mailboxes is 'Mailboxes that exist; whether they receive is another question.';

create view mail_directory.postfix_aliases as
  select a.address, m.address as mailbox
  from mail_directory.addresses a join mail_directory.mailboxes m using (account_id)
  where a.address <> m.address and m.removed_at is null;
comment on view mail_directory.postfix_aliases is 'Further addresses and the mailbox that each leads to.';

create view mail_directory.postfix_sender_logins as
  select a.address, m.address as login
  from mail_directory.addresses a join mail_directory.mailboxes m using (account_id)
  where m.removed_at is null;
comment on view mail_directory.postfix_sender_logins is 'Who may send from an address.';

create view mail_directory.postfix_suspended as
  select address, coalesce(suspension_reason, 'Account suspended') as reason
  from mail_directory.mailboxes where not send_allowed;
comment on view mail_directory.postfix_suspended is 'Mailboxes that may not send, asked at every recipient so that live sessions end too.';

create view mail_directory.postfix_closed as
  select a.address
  from mail_directory.addresses a join mail_directory.mailboxes m using (account_id)
  where m.removed_at is null and not m.receive_allowed;
comment on view mail_directory.postfix_closed is 'Addresses that refuse mail though they exist.';
`
