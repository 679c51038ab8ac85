import type { MailProgramSettings } from './settings.ts'

/** Loads the signing code late: it is large, and few portals have a certificate. */
export function profileSigner({
  profileCertificate,
  profileKey,
}: Pick<MailProgramSettings, 'profileCertificate' | 'profileKey'>): (
  profile: string,
) => Promise<Buffer> {
  if (!profileCertificate || !profileKey) return async (profile) => Buffer.from(profile)
  return async (profile) => {
    const { createProfileSigner } = await import('./apple-signature.ts')
    return createProfileSigner(profileCertificate, profileKey)(profile)
  }
}
