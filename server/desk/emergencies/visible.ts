// Which cases a member of staff may see in lists,
// counts and searches.

const held = (viewer: string) =>
  `select 1 from staff_roles where account_id = ${viewer}::uuid and role = 'emergency'`

/**
 * SQL that is true for a case about another mailbox
 * that the viewer may see.
 * @param viewer a placeholder of their id, used twice
 * @param table `c.` if the cases have a name in the query
 */
export const visibleTo = (viewer: string, table = ''): string =>
  `(${table}account_id is distinct from ${viewer}::uuid
    and (${table}severity < 3 or exists (${held(viewer)})))`
