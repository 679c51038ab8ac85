// What an owner sets by hand: a name, the language of letters, light or dark pages.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts
      add column display_name text
        constraint accounts_display_name check (char_length(display_name) between 1 and 60),
      add column locale_chosen boolean not null default false,
      add column scheme text
        constraint accounts_scheme check (scheme in ('system', 'light', 'dark'));
    comment on column accounts.display_name is 'Shown to its owner alone, and handed to their mail programs.';
    comment on column accounts.locale_chosen is 'Whether the owner has chosen the language of letters.';
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    alter table accounts
      drop column scheme, drop column locale_chosen, drop column display_name;
  `)
}
