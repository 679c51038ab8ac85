import type { Kind } from '#server/kit/settings/setting-kinds.ts'

export interface ServiceAccount {
  readonly client_email: string
  readonly private_key: string
}

export const serviceAccount: Kind<ServiceAccount> = {
  takes: 'the key file of a Google service account (JSON)',
  parse: (raw) => {
    const { client_email, private_key } = Object(parse(raw)) as Partial<
      Record<keyof ServiceAccount, unknown>
    >
    if (
      typeof client_email === 'string' &&
      typeof private_key === 'string' &&
      private_key.includes(' PRIVATE KEY-')
    ) {
      return { ok: true, value: { client_email, private_key } }
    }
    // Security: The error about a key file quotes nothing of its text.
    return { ok: false, fault: 'must be the JSON key file of a service account' }
  },
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
