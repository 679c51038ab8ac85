/** Recovery methods, in the order in which owners see them. A new method begins here. */
export const methodIds = ['phone', 'backup-address', 'recovery-codes', 'security-question'] as const

export type MethodId = (typeof methodIds)[number]
