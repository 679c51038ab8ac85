import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table messages
      drop constraint messages_state_check,
      drop constraint messages_settled_check,
      add constraint messages_state_check
        check (state in ('queued', 'sending', 'doubtful', 'sent', 'failed', 'dropped', 'unknown')),
      add constraint messages_settled_check
        check ((state in ('queued', 'sending', 'doubtful')) = (settled_at is null));
    create unique index messages_sms_provider_id_key on messages (provider_id) where channel = 'sms';

    comment on column messages.state is
      'queued, sending, doubtful (an SMS that the gateway may have: it is asked), sent (a gateway took it), failed (never will be), dropped (expired, or a decoy), unknown (an SMS that the gateway may have, and could not tell).';
    comment on index messages_sms_provider_id_key is
      'What a gateway took is one message of ours: of two with the same words each needs one of its own.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index messages_sms_provider_id_key;
    update messages set state = 'unknown', payload = null, settled_at = now() where state = 'doubtful';
    alter table messages
      drop constraint messages_state_check,
      drop constraint messages_settled_check,
      add constraint messages_state_check
        check (state in ('queued', 'sending', 'sent', 'failed', 'dropped', 'unknown')),
      add constraint messages_settled_check
        check ((state in ('queued', 'sending')) = (settled_at is null));
    comment on column messages.state is
      'queued, sending, sent (a gateway took it), failed (never will be), dropped (expired, or a decoy), unknown (an SMS whose answer was lost).';
  `)
}
