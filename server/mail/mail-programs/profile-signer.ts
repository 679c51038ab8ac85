import type { Settings } from '#server/kit/settings/config.ts'

/** Signs where the settings hold a certificate. What signs is loaded when first needed: few portals do, and it is large. */
export function profileSigner({
  profileCertificate,
  profileKey,
}: Pick<Settings, 'profileCertificate' | 'profileKey'>): (profile: string) => Promise<Buffer> {
  if (!profileCertificate || !profileKey) return async (profile) => Buffer.from(profile)
  return async (profile) => {
    const { createProfileSigner } = await import('./apple-signature.ts')
    return createProfileSigner(profileCertificate, profileKey)(profile)
  }
}
