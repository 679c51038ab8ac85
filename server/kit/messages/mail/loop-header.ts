/** Every mail of the portal has this header, so a mail that comes back with it is our own. */
export const loopHeaderName = 'X-Postern-Loop'
