// The life of one account in Chromium, once with the keyboard alone and once without scripts.
// Each chapter in `stories/` continues where the one before ended.
import { after, before, describe } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { type Hands, keyboardAlone, withoutScripts } from '#test/support/browser/hands.ts'
import { type Chapter, createStoryteller } from '#test/support/browser/storyteller.ts'
import { usePortal } from '#test/support/use-portal.ts'
import { tellOfAppPasswords } from './stories/app-passwords.ts'
import { tellOfAppeals } from './stories/appeals.ts'
import { tellOfBeginning } from './stories/beginning.ts'
import { tellOfCheck } from './stories/check.ts'
import { tellOfDevices } from './stories/devices.ts'
import { tellOfLeaving } from './stories/leaving.ts'
import { tellOfMailPrograms } from './stories/mail-programs.ts'
import { tellOfOperatorBlock } from './stories/operator-block.ts'
import { tellOfRecovery } from './stories/recovery.ts'
import { tellOfRegistration } from './stories/registration.ts'
import { tellOfReportForm } from './stories/report-form.ts'
import { tellOfReporting } from './stories/reporting.ts'
import { tellOfNameThatTravels } from './stories/reset.ts'
import { tellOfSettings } from './stories/settings.ts'
import { tellOfTakingAlong } from './stories/taking-along.ts'
import { tellOfWaits } from './stories/waits.ts'
import { tellOfWaysBack } from './stories/ways-back.ts'

const chapters: readonly Chapter[] = [
  tellOfRegistration,
  tellOfBeginning,
  tellOfWaysBack,
  tellOfCheck,
  tellOfTakingAlong,
  tellOfAppPasswords,
  tellOfMailPrograms,
  tellOfSettings,
  tellOfDevices,
  tellOfNameThatTravels,
  tellOfWaits,
  tellOfRecovery,
  tellOfReporting,
  tellOfReportForm,
  tellOfAppeals,
  tellOfOperatorBlock,
  tellOfLeaving,
]

let browser: Browser
const portal = usePortal(
  {
    env: { LIMIT_SMS_WAIT_SECONDS: '0.001', QUOTA_GROWTH: 'request' },
  },
  async () => {
    browser = await launchChromium()
  },
)
after(() => browser?.close())

for (const [how, take, login, phone] of [
  ['by the keyboard alone', keyboardAlone, 'key.board', '+375291110001'],
  ['without scripts', withoutScripts, 'script.less', '+375291110002'],
] as const) {
  describe(`a person ${how}`, () => {
    let hands: Hands
    before(async () => {
      hands = await take(browser)
    })
    after(() => hands?.close())
    for (const tell of chapters)
      tell(createStoryteller({ login, phone, portal: () => portal, hands: () => hands }))
  })
}
