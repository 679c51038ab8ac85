import type { MailProgramSettings } from './settings.ts'

/** Without a certificate, profiles stay unsigned. The signing code is large, so it loads late. */
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
