// All samples of pages, for the development gallery and for tests.
import { createFormats } from '#server/kit/i18n/format.ts'
import type { Locale, Texts } from '#server/kit/i18n/texts.ts'
import type { Theme } from '#server/kit/pages/assets.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { createFrame } from '#server/kit/pages/frame.ts'
import type { ViewEngine } from '#server/kit/pages/view-engine.ts'
import { abuseSamples } from './abuse-samples.ts'
import { accountSamples } from './account-samples.ts'
import { appPasswordSamples } from './app-password-samples.ts'
import { clientSignInSamples } from './client-sign-in-samples.ts'
import { consoleSamples } from './console-samples.ts'
import { entranceSamples } from './entrance-samples.ts'
import { filterSamples } from './filter-samples.ts'
import { helpSamples } from './help-samples.ts'
import { problemSamples } from './problem-samples.ts'
import { recoveryMethodSamples } from './recovery-method-samples.ts'
import { recoverySamples } from './recovery-samples.ts'
import { type Sample, sampleAddress } from './sample.ts'
import { staffSamples } from './staff-samples.ts'

export const samples: readonly Sample[] = [
  ...abuseSamples,
  ...entranceSamples,
  ...recoverySamples,
  ...accountSamples,
  ...recoveryMethodSamples,
  ...appPasswordSamples,
  ...filterSamples,
  ...clientSignInSamples,
  ...helpSamples,
  ...problemSamples,
  ...staffSamples,
  ...consoleSamples,
]

export const findSample = (page: string, state: string): Sample | undefined =>
  samples.find((sample) => sample.page === page && sample.state === state)

/** The locals of the frame. */
export const frameOf = (sample: Sample) => ({
  csrfToken: 'a-sample-has-no-token',
  account: sample.signedIn ? { address: sampleAddress } : null,
})

interface SentForm {
  readonly errors: readonly FormError[]
  readonly values: Readonly<Record<string, string>>
}

export const formOf = ({ locals = {} }: Sample): SentForm => {
  const { errors = [], values = {} } = locals as Partial<SentForm>
  return { errors, values }
}

export interface GalleryParts {
  readonly views: ViewEngine
  readonly texts: Texts
  readonly theme: Theme
  readonly timeZone: string
}

export type RenderSample = (sample: Sample, locale: Locale, path: string) => string

/** Renders samples without a server. `path` is the page's path. */
export function createSampleRenderer({
  views,
  texts,
  theme,
  timeZone,
}: GalleryParts): RenderSample {
  const formats = createFormats(timeZone)
  return (sample, locale, path) =>
    views.render(
      sample.view,
      createFrame(
        {
          t: texts.in(locale),
          locale,
          formats: formats[locale],
          theme,
          pageId: sample.page,
          path,
          ...frameOf(sample),
          ...formOf(sample),
        },
        sample.locals,
      ),
      sample.layout,
    )
}
