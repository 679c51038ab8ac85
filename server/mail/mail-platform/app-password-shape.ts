// Mail servers put a password into a query only if it has this shape: they log queries that fail.

/** Without letters that look alike: i, l, o, 0, 1. */
export const appPasswordLetters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** 20 letters out of 31 make 99 bits. Blanks between groups do not count. */
export const appPasswordGroups = 5
export const appPasswordGroupLength = 4
