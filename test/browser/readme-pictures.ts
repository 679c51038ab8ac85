// `node test/browser/readme-pictures.ts` renders the pictures of the README from the gallery.
import { mkdirSync, writeFileSync } from 'node:fs'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { serveGallery } from '#test/support/browser/gallery-server.ts'

const desk = { width: 1000, height: 700 }
const tall = { width: 1000, height: 920 }
const phone = { width: 390, height: 760 }
const pictures = [
  { name: 'home', path: '/home/stranger?lang=en', scheme: 'light', viewport: desk },
  { name: 'account', path: '/account/filled?lang=de', scheme: 'light', viewport: tall },
  {
    name: 'ways-back-in',
    path: '/recovery-methods/filled?lang=en',
    scheme: 'dark',
    viewport: tall,
  },
  { name: 'activity', path: '/activity/filled?lang=be', scheme: 'light', viewport: tall },
  { name: 'report-sent', path: '/report-sent/sent?lang=ru', scheme: 'dark', viewport: tall },
  { name: 'register', path: '/register/errors?lang=be', scheme: 'light', viewport: phone },
  {
    name: 'recover-by-sms',
    path: '/recover-sms-code/again?lang=ru',
    scheme: 'dark',
    viewport: phone,
  },
  { name: 'mail', path: '/mail/password-reset/phone?lang=en', scheme: 'light', viewport: phone },
] as const

const folder = new URL('../../docs/screenshots/', import.meta.url)
mkdirSync(folder, { recursive: true })
const gallery = await serveGallery()
const browser = await launchChromium()
const press = await browser.newPage()
for (const { name, path, scheme, viewport } of pictures) {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport,
    deviceScaleFactor: 1.5,
  })
  const page = await context.newPage()
  await page.goto(gallery.origin + path)
  // The error summary has the focus, and its outline would disturb the picture.
  await page.evaluate('document.activeElement?.blur()')
  const png = (await page.screenshot()).toString('base64')
  const webp = await press.evaluate<string>(`(async () => {
    const loaded = await fetch('data:image/png;base64,${png}')
    const picture = await createImageBitmap(await loaded.blob())
    const { width, height } = picture
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    canvas.getContext('2d').drawImage(picture, 0, 0)
    return canvas.toDataURL('image/webp', 0.85).split(',')[1]
  })()`)
  const file = Buffer.from(webp, 'base64')
  writeFileSync(new URL(`${name}.webp`, folder), file)
  console.log(`${name}.webp ${Math.round(file.length / 1024)} KB`)
  await context.close()
}
await browser.close()
gallery.close()
