/** Set on every mail that the portal sends: one that comes back with it is our own. */
export const loopHeaderName = 'X-Postern-Loop'
