// The shape of app passwords. Mail servers ask the directory only about passwords of this shape.

/** Without letters that look alike: i, l, o, 0, 1. */
export const appPasswordLetters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** 5 groups of 4 letters out of 31 make 99 bits. Blanks between the groups do not count. */
export const appPasswordGroups = 5
export const appPasswordGroupLength = 4
