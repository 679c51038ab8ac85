// What app passwords look like: mail servers tell them by it from what people make up, and ask the directory for nothing else.

/** Nothing that looks like something else, whatever the type face: no i, l, o, 0, 1. */
export const appPasswordLetters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** 20 of 31 letters, 99 bits (SAFETY: at least 80), in groups that people can copy by hand. The blanks are only there for the eye. */
export const appPasswordGroups = 5
export const appPasswordGroupLength = 4
