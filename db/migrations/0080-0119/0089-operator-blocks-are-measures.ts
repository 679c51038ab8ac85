// A block by command becomes a measure like those of the desk. Nobody of the staff took it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table measures alter column proposed_by drop not null;
    alter table audit alter column staff_id drop not null;
    comment on column measures.proposed_by is 'Null if an operator took it by a command.';

    create temporary table operator_blocks on commit drop as
      select a.id, a.blocked_at, a.block_reason, b.revision,
        b.applied_revision >= b.revision as is_applied
      from accounts a
      left join mailboxes b on b.account_id = a.id
      where a.blocked_at is not null and a.closed_at is null
        and not exists (
          select from measures m
          where m.account_id = a.id and m.state = 'in-force'
            and m.measure in ('suspend-all', 'block'));

    update measures m
    set state = 'ended', ended_at = o.blocked_at, end_reason = 'replaced'
    from operator_blocks o
    where m.account_id = o.id and m.state = 'in-force';

    insert into measures (account_id, measure, cause, state, proposed_at, taken_at,
      mailbox_revision, effective_at)
    select id, 'block',
      case when block_reason in ('spam', 'phishing', 'malware', 'fraud', 'harassment',
        'compromised') then block_reason else 'other' end,
      'in-force', blocked_at, blocked_at, revision, case when is_applied then blocked_at end
    from operator_blocks;

    update accounts a set reset_demanded_at = null from operator_blocks o where o.id = a.id;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    delete from appeals where measure_id in (select id from measures where proposed_by is null);
    delete from measures where proposed_by is null;
    alter table measures alter column proposed_by set not null;
  `)
}
