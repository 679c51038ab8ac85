// Finds and renders samples, for the development gallery and for tests.
import type { AllSamples } from '#server/kit/feature.ts'
import { createFormats } from '#server/kit/i18n/format.ts'
import type { Locale, Texts } from '#server/kit/i18n/texts.ts'
import { type Channel, checkParams } from '#server/kit/messages/catalogue.ts'
import type { MessageSample } from '#server/kit/messages/message-sample.ts'
import type { MailContent, RenderMessage } from '#server/kit/messages/rendering/render.ts'
import type { Theme } from '#server/kit/pages/assets.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { createFrame } from '#server/kit/pages/frame.ts'
import type { Menus } from '#server/kit/pages/menu.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import type { ViewEngine } from '#server/kit/pages/view-engine.ts'

export const findSample = (
  { samples }: AllSamples,
  page: string,
  state: string,
): Sample | undefined => samples.find((sample) => sample.page === page && sample.state === state)

/** Samples of mails. SMS have no layout to look at. */
export const mailSamplesOf = ({
  messageSamples,
  catalogue,
}: AllSamples): readonly MessageSample[] =>
  messageSamples.filter(({ name }) =>
    (catalogue[name].channels as readonly Channel[]).includes('mail'),
  )

export const findMailSample = (
  all: AllSamples,
  name: string,
  state: string,
): MessageSample | undefined =>
  mailSamplesOf(all).find((sample) => sample.name === name && sample.state === state)

export async function renderMailSample(
  render: RenderMessage,
  { catalogue }: AllSamples,
  { name, state, params }: MessageSample,
  locale: Locale,
): Promise<MailContent> {
  const checked = checkParams(catalogue, name, params as never)
  // Readers who get a whole link are greeted by name, if there is one.
  const greeted = state === 'undo' ? 'Алеся Кавальчук' : undefined
  const mail = await render.mail(name, checked, locale, sampleAddress, greeted)
  // A browser knows no parts of a mail.
  const logo = `data:image/png;base64,${mail.logo?.toString('base64')}`
  return { ...mail, html: mail.html.replace('cid:logo', logo) }
}

/** What a sample's page needs around its own locals. */
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
  readonly menus: Menus
  readonly timeZone: string
}

export type RenderSample = (sample: Sample, locale: Locale, path: string) => string

/** Renders samples without a server. */
export function createSampleRenderer({
  views,
  texts,
  theme,
  menus,
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
          now: sampleMoment(0),
          theme,
          menus,
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
