import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { locales } from '#server/kit/i18n/texts.ts'
import { type Channel, checkParams, type MessageName } from '#server/kit/messages/catalogue.ts'
import { sampleToken as token, typedToken } from '#server/kit/messages/message-sample.ts'
import { maskMailbox } from '#server/kit/messages/rendering/message-locals.ts'
import { countSmsSegments } from '#server/kit/messages/sms/sms-length.ts'
import { sampleAddress } from '#server/kit/pages/sample.ts'
import { gallerySamples, messageSamples } from '#test/support/gallery-samples.ts'
import { baseUrl, createRendering } from '#test/support/messages/message-trial.ts'

const { catalogue } = gallerySamples
const at = '2026-11-22T09:03:00Z'
const occasion = { mailbox: sampleAddress, at, device: 'Firefox, Android', place: 'Minsk, BY' }
const phone = '+375291234567'
const stranger = 'friend@elsewhere.example'

/** Every message with every choice that it allows. */
const samples = (name: MessageName): readonly object[] =>
  messageSamples.filter((sample) => sample.name === name).map(({ params }) => params)

function* every(channel: 'mail' | 'sms') {
  for (const name of Object.keys(catalogue) as MessageName[]) {
    if (!(catalogue[name].channels as readonly Channel[]).includes(channel)) continue
    for (const sample of samples(name)) {
      for (const locale of locales)
        yield {
          name,
          locale,
          params: checkParams(catalogue, name, sample as never),
          label: `${name} in ${locale}`,
        }
    }
  }
}

/** Within the mail, so that nothing is loaded. */
const ownLogo = '<img src="cid:logo" alt="" height="32">'

describe('the messages', () => {
  const rendering = createRendering()
  const withLinks = createRendering(undefined, true)

  it('every mail has a subject, a text and a page without gaps in every language', async () => {
    const seen = new Set<string>()
    for (const { name, locale, params, label } of every('mail')) {
      const { subject, text, html } = await rendering.mail(name, params, locale, stranger)
      assert.match(subject, /^\S.{8,90}$/u, label)
      assert.ok(text.length > 100 && html.startsWith('<!doctype html>'), label)
      for (const part of [subject, text, html])
        assert.doesNotMatch(part, /undefined|null|\[object|messages\.|\{\w+\}|NaN/, label)
      assert.ok(!text.includes('\n\n\n'), `${label}: a gap`)
      assert.ok(html.includes(`lang="${locale}"`))
      seen.add(`${locale} ${text}`)
    }
    assert.equal(seen.size, [...every('mail')].length, 'two messages read the same')
  })

  it('no mail loads anything, and every link leads to the portal', async () => {
    for (const { name, locale, params, label } of every('mail')) {
      const { html, text } = await rendering.mail(name, params, locale, stranger)
      assert.equal(html.split(ownLogo).length, 2, 'the logo is a part of the mail')
      assert.doesNotMatch(
        html.replace(ownLogo, ''),
        /<(img|script|link|iframe|form|object|video|svg)\b|url\(|@import|@font-face| src=/i,
        label,
      )
      for (const [address] of `${html} ${text}`.matchAll(/https?:\/\/[^\s"<]+/g))
        assert.ok(address.startsWith(baseUrl), address)
    }
  })

  it('the strip of a mail tells a code and an alarm from a notice', async () => {
    const stripOf = async (name: MessageName) => {
      const params = checkParams(catalogue, name, samples(name)[0] as never)
      const { html } = await rendering.mail(name, params, 'en', stranger)
      return /class="strip strip-(\w+)"/.exec(html)?.[1]
    }
    assert.equal(await stripOf('backup-address-code'), 'code')
    assert.equal(await stripOf('guessing-noticed'), 'alarm')
    assert.equal(await stripOf('password-changed'), 'notice')
  })

  it('a link or a code stands alone on its line of the text part', async () => {
    for (const locale of locales) {
      const lines = async (name: MessageName) => {
        const params = checkParams(catalogue, name, samples(name)[0] as never)
        return (await rendering.mail(name, params, locale, stranger)).text.split('\n')
      }
      assert.ok((await lines('recovery-link')).includes(`${baseUrl}/recover/link/${token}`))
      assert.ok((await lines('backup-address-code')).includes('004217'))
      assert.ok((await lines('password-reset')).includes(`${baseUrl}/undo/${token}`))
    }
  })

  it('a notice says what, when, roughly where and what to do, and never a code', async () => {
    const notice = await rendering.mail(
      'password-reset',
      checkParams(catalogue, 'password-reset', samples('password-reset')[1] as never),
      'en',
      stranger,
    )
    assert.match(notice.text, /code sent to the phone/)
    assert.match(notice.text, /22\sNovember 2026 at\s12:03\s\(Minsk time\)/)
    assert.match(notice.text, /Minsk, Belarus\n.*Firefox, Android/)
    assert.match(
      notice.text,
      /29\sNovember 2026 at\s12:03\s\(Minsk time\)/,
      'how long the link works',
    )
    assert.doesNotMatch(notice.text, /\b\d{6,8}\b/)
  })

  it('a notice to a contact that was just added offers a new password, not an undo', async () => {
    const params = checkParams(catalogue, 'recovery-method-added', {
      ...occasion,
      method: 'phone',
      undoToken: null,
    })
    const { text, html } = await rendering.mail('recovery-method-added', params, 'en', stranger)
    assert.ok(text.split('\n').includes(`${baseUrl}/recover`))
    assert.doesNotMatch(text + html, /undo|takes the change back/)
    const sms = await withLinks.sms('recovery-method-added', params, 'en', phone)
    assert.ok(sms.endsWith(`${baseUrl}/recover`))
  })

  it('a message to a contact shows only a part of the mailbox’s name', async () => {
    const params = checkParams(
      catalogue,
      'password-changed',
      samples('password-changed')[0] as never,
    )
    const outside = await rendering.mail('password-changed', params, 'en', stranger)
    assert.ok(!outside.html.includes('alesia.kavalchuk'))
    assert.match(outside.text, /al…@postern\.example/)
    const inside = await rendering.mail('password-changed', params, 'en', occasion.mailbox)
    assert.match(inside.text, /alesia\.kavalchuk@postern\.example/)
    assert.equal(maskMailbox('bob@postern.example'), 'bo…@postern.example')
    assert.equal(maskMailbox('ab@postern.example'), 'a…@postern.example')
  })

  it('links are built from BASE_URL, and views never get the bare token', async () => {
    const other = createRendering('https://konto.example:8443')
    const { text } = await other.mail(
      'recovery-link',
      checkParams(catalogue, 'recovery-link', samples('recovery-link')[0] as never),
      'de',
      stranger,
    )
    assert.ok(text.split('\n').includes(`https://konto.example:8443/recover/link/${token}`))
    assert.ok(!text.includes('postern.example/recover'))
  })

  it('a subject is one line, whatever went into it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (reference) => {
        const { subject } = await rendering.mail(
          'report-received',
          { reference, progressToken: token },
          'en',
          stranger,
        )
        assert.doesNotMatch(subject, /[\r\n\u2028\u2029]/)
      }),
    )
  })

  it('nothing that is put into a mail becomes markup', async () => {
    const { html } = await rendering.mail(
      'report-received',
      { reference: '<img src=x onerror=alert(1)>', progressToken: '"><b>' },
      'en',
      stranger,
    )
    assert.doesNotMatch(html.replace(ownLogo, ''), /<img|<b>/)
  })

  it('every SMS costs one segment in all four languages, whatever its link can do', async () => {
    for (const { name, locale, params, label } of every('sms')) {
      for (const undoPower of 'undoPower' in params ? ['restore', 'end-sessions'] : ['']) {
        for (const each of [rendering, withLinks]) {
          const text = await each.sms(name, { ...params, undoPower }, locale, phone)
          assert.equal(countSmsSegments(text), 1, `${label}: ${text}`)
          assert.doesNotMatch(text, /undefined|messages\./, label)
        }
      }
    }
  })

  it('an SMS shows a token that is short enough to be typed, and stays one segment long', async () => {
    for (const { name, locale, params, label } of every('sms')) {
      if (!('undoToken' in params) || params.undoToken === null) continue
      const given = { ...params, undoToken: typedToken, undoPower: 'restore' }
      const text = await rendering.sms(name, given, locale, phone)
      assert.equal(countSmsSegments(text), 1, `${label}: ${text}`)
      assert.match(text, / abcd-2345-efgh-6789 (?:on our|auf|на|na) /, label)
      const linked = await withLinks.sms(name, given, locale, phone)
      assert.ok(linked.endsWith(`/undo/${typedToken}`), linked)
    }
  })

  it('every SMS begins with the name of the service, and has a link only by a setting', async () => {
    let links = 0
    for (const { name, locale, params, label } of every('sms')) {
      const text = await rendering.sms(name, params, locale, phone)
      assert.ok(text.startsWith('Postern: '), `${label}: ${text}`)
      assert.doesNotMatch(text, /https?:|\/\/|\w\.example\//, label)
      const linked = await withLinks.sms(name, params, locale, phone)
      assert.ok(linked.startsWith('Postern: '), `${label}: ${linked}`)
      links += /https:\/\/postern\.example\/\w/.test(linked) ? 1 : 0
    }
    assert.ok(links > 30, String(links))
  })

  it('an SMS is in Cyrillic where one segment allows, else in the official Latin letters', async () => {
    const changed = { ...occasion, undoToken: token, undoPower: 'restore' } as const
    const words = async (each: typeof rendering, locale: 'be' | 'ru') =>
      await each.sms('password-changed', changed, locale, phone)
    assert.equal(
      await words(rendering, 'be'),
      'Postern: Пароль скрыні зменены. Не вы? Аднавіце доступ',
    )
    assert.match(
      await words(withLinks, 'be'),
      /^Postern: Parol skryni zmienieny\. Nie vy\? Spynicie: https:/,
    )
    assert.match(
      await words(withLinks, 'ru'),
      /^Postern: Parol iashchika izmenen\. Ne vy\? Ostanovite: https:/,
    )
    const code = { code: '00421799', expiresAt: at }
    assert.equal(
      await rendering.sms('recovery-code', code, 'be', phone),
      'Postern: Код: 00421799. Нікому не кажыце.\n@postern.example #00421799',
    )
    const far = createRendering('https://account.mail.example.by', false, 'Пошта')
    assert.equal(
      await far.sms('recovery-code', code, 'be', phone),
      'Posta: Kod dlia parolia: 00421799. Nikomu nie kazycie.\n@account.mail.example.by #00421799',
    )
  })

  it('a message whose link only ends sessions promises neither a new password nor an undo', async () => {
    const promises = {
      en: /undoes the change|leads you to (?:a new|another)|Stop it/,
      be: /адменіць змену|дапаможа задаць (?:новы|іншы)|(?:Spyni|Admiani)cie/,
      ru: /отменит изменение|поможет задать (?:новый|другой)|O(?:stanov|tmen)ite/,
      de: /Änderung rückgängig|führt Sie zu einem (?:neuen|anderen)|[Ss]toppen:/,
    } as const
    for (const channel of ['mail', 'sms'] as const) {
      for (const { name, locale, params, label } of every(channel)) {
        if (!('undoToken' in params) || params.undoToken === null) continue
        const words = async (undoPower?: string) => {
          const given = checkParams(catalogue, name, { ...params, undoPower } as never)
          if (channel === 'sms') return await withLinks.sms(name, given, locale, phone)
          return (await rendering.mail(name, given, locale, stranger)).text
        }
        const ends = await words('end-sessions')
        assert.match(await words('restore'), promises[locale], label)
        // What waits is stopped by every link.
        if (name !== 'password-reset-held' || channel === 'mail')
          assert.doesNotMatch(ends, promises[locale], label)
        assert.equal(await words(undefined), ends, 'written before that was occasion')
        if (channel === 'mail') assert.match(await words('new-password'), promises[locale], label)
      }
    }
  })

  it('only the link of a contact promises to undo the change', async () => {
    const words = async (undoPower: 'restore' | 'new-password' | 'end-sessions') => {
      const given = { ...occasion, undoToken: token, undoPower }
      const params = checkParams(catalogue, 'password-changed', given)
      return (await rendering.mail('password-changed', params, 'en', occasion.mailbox)).text
    }
    assert.match(
      await words('restore'),
      /ends every session, undoes the change and leads you to a new password\./,
    )
    assert.match(
      await words('new-password'),
      /ends every session, cancels the current password and leads you to a new one\./,
    )
    assert.match(
      await words('end-sessions'),
      /ends every session and leads to the page where you recover access\. It undoes nothing/,
    )
  })

  it('an SMS with a code names the host in its last line and stays one segment long', async () => {
    for (const host of [
      'a.by',
      'postern.example',
      'account.mail.example.by',
      'account-self-service.mail.example.org',
    ]) {
      const own = createRendering(`https://${host}`)
      for (const name of ['phone-code', 'recovery-code'] as const) {
        for (const locale of locales) {
          const text = await own.sms(name, { code: '00421799', expiresAt: at }, locale, phone)
          const lines = text.split('\n')
          assert.equal(lines.at(-1), `@${host} #00421799`)
          assert.ok(lines[0]?.includes('00421799'))
          assert.equal(countSmsSegments(text), 1, `${locale}: ${text}`)
        }
      }
    }
  })

  it('SMS segments are counted as telephones count them', () => {
    assert.equal(countSmsSegments('a'.repeat(160)), 1)
    assert.equal(countSmsSegments('a'.repeat(161)), 2)
    assert.equal(countSmsSegments('a'.repeat(307)), 3)
    assert.equal(countSmsSegments('€'.repeat(80)), 1)
    assert.equal(countSmsSegments('€'.repeat(81)), 2)
    assert.equal(countSmsSegments('я'.repeat(70)), 1)
    assert.equal(countSmsSegments('я'.repeat(71)), 2)
    assert.equal(countSmsSegments(`я${'a'.repeat(134)}`), 3)
    assert.equal(countSmsSegments('😀'.repeat(35)), 1)
    assert.equal(countSmsSegments('😀'.repeat(36)), 2)
  })
})
