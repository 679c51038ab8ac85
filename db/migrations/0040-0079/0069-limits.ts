// What the limits of section "neither lock owners out nor let floods in" keep.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table recovery_holds add column device_digest bytea;
    comment on column recovery_holds.device_digest is
      'Hash of the token of the browser that the password was chosen in: known from the moment at which it is applied.';

    alter table contact_confirmations add column typed_at timestamptz;
    comment on column contact_confirmations.typed_at is
      'When the contact was typed; sending the code again does not move it. Null in rows of before: sent_at.';

    create table stopped_addresses (
      digest bytea constraint stopped_addresses_pkey primary key,
      key_id text not null,
      address_sealed text not null,
      stopped_at timestamptz not null
    );
    comment on table stopped_addresses is
      'Addresses whose owner wants no codes any more, whoever asks for them. A row goes when its owner lifts that.';
    comment on column stopped_addresses.digest is 'Keyed digest of the canonical address.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop table stopped_addresses;
    alter table contact_confirmations drop column typed_at;
    alter table recovery_holds drop column device_digest;
  `)
}
