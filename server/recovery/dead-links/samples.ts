import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { type DeadLinkText, type Door, deadLinkLocals } from './dead-link-page.ts'

const at = sampleMoment(40)

const dead = (page: string, text: DeadLinkText, masked?: string): Sample => ({
  page,
  state: text.split('.').at(-1) ?? text,
  view: 'recovery/dead-links/dead-link',
  locals: {
    ...deadLinkLocals(text),
    at,
    masked,
    errors: [{ field: 'link', reason: 'dead', text: `dead-link.${text}.title`, at: 'main' }],
  },
})

const missing = (text: DeadLinkText, door: Door): Sample => ({
  page: 'not-found',
  state: `link-${door}`,
  view: 'recovery/dead-links/dead-link',
  locals: deadLinkLocals(text, door),
})

const masked = 'a•••••@postern.example'

export const samples: readonly Sample[] = [
  dead('recover-link', 'reset.used'),
  dead('recover-link', 'reset.newer'),
  dead('recover-link', 'reset.expired'),
  dead('recover-link', 'reset.changed'),
  dead('recover-link', 'unknown'),
  ...(['phone', 'backup-address', 'recovery-codes', 'security-question', 'undo'] as const).map(
    (proof) => dead('recover-link', `proof.${proof}`),
  ),
  dead('undo', 'undo.used', masked),
  dead('undo', 'undo.newer', masked),
  dead('undo', 'undo.expired', masked),
  dead('undo', 'unknown'),
  dead('check-link', 'check.newer'),
  dead('check-link', 'check.expired'),
  dead('check-link', 'check.changed'),
  dead('check-link', 'unknown'),
  missing('appeal.gone', 'home'),
  missing('report.gone', 'report'),
]
