import type { MailParts } from '../parts.ts'
import type { ClientSignInSettings } from './settings.ts'

export type ClientSignInParts = MailParts & { readonly settings: ClientSignInSettings }
