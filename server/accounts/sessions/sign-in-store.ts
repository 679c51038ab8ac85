// Steps of the statement that records a known browser's sign-in. `:names` are its bindings.

/** Needs `:at`, `:device`. @param account name of the step with the account's `id` */
export const noteDeviceSql = (account: string) => `
  update known_devices set last_seen_at = :at from ${account}
  where account_id = ${account}.id and device_digest = :device
  returning account_id`

/**
 * Needs `:session`, `:epoch`, `:data`, `:browser`, `:place`, `:at`.
 * @param from name of the step that has the account's id as `chain`
 */
export const beginSessionSql = (from: string) => `
  insert into sessions (id_digest, account_id, epoch, data,
    device, place, signed_in_at, last_seen_at)
  select :session, chain, cast(:epoch as integer), cast(:data as jsonb),
    :browser, :place, cast(:at as timestamptz), :at from ${from}`
