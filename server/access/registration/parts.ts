import type { AccessParts } from '../parts.ts'
import type { RegistrationSettings } from './settings.ts'

export type RegistrationParts = AccessParts & { readonly settings: RegistrationSettings }
