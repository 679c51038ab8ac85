/** Every recovery method, in the order of its owner's page. Adding one begins here. */
export const methodIds = ['phone', 'backup-address', 'recovery-codes', 'security-question'] as const

export type MethodId = (typeof methodIds)[number]
