// Legal holds: while one stands, nothing of its case is deleted.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table case_preservations (
      id bigint generated always as identity constraint case_preservations_pkey primary key,
      case_id bigint not null
        constraint case_preservations_case references abuse_cases on delete cascade,
      reason_sealed text not null,
      key_id text not null,
      begun_by uuid not null constraint case_preservations_begun_by references accounts,
      begun_at timestamptz not null,
      ended_by uuid constraint case_preservations_ended_by references accounts,
      ended_at timestamptz,
      constraint case_preservations_ended check ((ended_by is null) = (ended_at is null))
    );
    create index case_preservations_standing on case_preservations (case_id)
      where ended_at is null;
    create index case_preservations_by_case on case_preservations (case_id);
    comment on table case_preservations is
      'Legal holds. A case can have several at once, each for a reason of its own.';

    create function is_preserved(the_case bigint) returns boolean language plpgsql as $$
    begin
      -- A hold that is just being laid has locked the case: wait for it.
      perform 1 from abuse_cases where id = the_case for key share;
      return exists (
        select 1 from case_preservations where case_id = the_case and ended_at is null);
    end $$;

    create function keep_preserved() returns trigger language plpgsql as $$
    begin
      if is_preserved((to_jsonb(old) ->> tg_argv[0])::bigint) then
        raise exception 'a case under a legal hold is kept' using errcode = 'restrict_violation';
      end if;
      return old;
    end $$;
    create trigger abuse_cases_preserved before delete on abuse_cases
      for each row execute function keep_preserved('id');
    create trigger abuse_reports_preserved before delete on abuse_reports
      for each row execute function keep_preserved('case_id');

    create or replace function keep_evidence() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE'
        and old.kept_until <=
          nullif(current_setting('postern.evidence_sweep', true), '')::timestamptz
        and not exists (
          select 1 from abuse_reports r where r.evidence_id = old.id and is_preserved(r.case_id))
      then
        return old;
      end if;
      raise exception 'evidence is never changed, and deleted only when its time is over'
        using errcode = 'restrict_violation';
    end $$;
  `)
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`
    drop trigger abuse_cases_preserved on abuse_cases;
    drop trigger abuse_reports_preserved on abuse_reports;
    create or replace function keep_evidence() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE'
        and old.kept_until <=
          nullif(current_setting('postern.evidence_sweep', true), '')::timestamptz
      then
        return old;
      end if;
      raise exception 'evidence is never changed, and deleted only when its time is over'
        using errcode = 'restrict_violation';
    end $$;
    drop function keep_preserved(), is_preserved(bigint);
    drop table case_preservations;
  `)
}
