import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table messages (
      id uuid not null default gen_random_uuid(),
      channel text not null,
      name text not null,
      payload text,
      state text not null default 'queued',
      attempts integer not null default 0,
      dedupe_key text,
      outcome text,
      provider_id text,
      delivery text,
      delivery_code text,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      due_at timestamptz not null,
      sending_at timestamptz,
      settled_at timestamptz,
      constraint messages_pkey primary key (id),
      constraint messages_dedupe_key_key unique (dedupe_key),
      constraint messages_channel_check check (channel in ('mail', 'sms')),
      constraint messages_state_check
        check (state in ('queued', 'sending', 'sent', 'failed', 'dropped', 'unknown')),
      constraint messages_settled_check
        check ((state in ('queued', 'sending')) = (settled_at is null)),
      constraint messages_payload_check
        check (payload is not null or settled_at is not null)
    );
    create index messages_open_idx on messages (due_at) where settled_at is null;
    create index messages_settled_idx on messages (settled_at) where settled_at is not null;

    comment on table messages is
      'Mails and SMS on their way and, for some weeks, what became of them. The row is the truth; a job only names it.';
    comment on column messages.payload is
      'Sealed recipient, parameters and language. Wiped when the message is settled, except in the development outbox.';
    comment on column messages.state is
      'queued, sending, sent (a gateway took it), failed (never will be), dropped (expired, or a decoy), unknown (an SMS whose answer was lost).';
    comment on column messages.outcome is 'The last answer: smtp.550, twilio.21610, net.ECONNREFUSED, expired, decoy.';
    comment on column messages.delivery is 'What the SMS gateway reported later; only ever moves forward.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table messages')
}
