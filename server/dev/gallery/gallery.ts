// Every page in every state, for people who look and for tests that measure.
import { createFormats } from '../../i18n/format.ts'
import { type Locale, locales, type Texts } from '../../i18n/texts.ts'
import type { Theme } from '../../web/assets.ts'
import type { ViewEngine } from '../../web/view-engine.ts'
import { accountSamples } from './account-samples.ts'
import { entranceSamples } from './entrance-samples.ts'
import { helpSamples } from './help-samples.ts'
import { problemSamples } from './problem-samples.ts'
import { type Sample, sampleAddress } from './sample.ts'

export const samples: readonly Sample[] = [...entranceSamples, ...accountSamples, ...helpSamples, ...problemSamples]

export interface Gallery {
  find(page: string, state: string): Sample | undefined
  /** The page as a browser would get it. @param path where it stands, for the language switch */
  render(sample: Sample, locale: Locale, path: string): string
}

export interface GalleryParts {
  readonly views: ViewEngine
  readonly texts: Texts
  readonly theme: Theme
  readonly timeZone: string
}

export function createGallery({ views, texts, theme, timeZone }: GalleryParts): Gallery {
  const formats = createFormats(timeZone)
  return {
    find: (page, state) => samples.find((sample) => sample.page === page && sample.state === state),
    render: (sample, locale, path) =>
      views.render(sample.view, {
        t: texts.in(locale),
        locale,
        locales,
        pageId: sample.page,
        path,
        csrfToken: 'a-sample-has-no-token',
        account: sample.signedIn ? { address: sampleAddress } : null,
        errors: [],
        values: {},
        theme,
        formats: formats[locale],
        formatDateTime: formats[locale].dateTime,
        ...sample.locals,
      }),
  }
}
