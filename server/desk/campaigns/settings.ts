import { list, text, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

const common = [
  'apple.com',
  'facebook.com',
  'google.com',
  'instagram.com',
  'linkedin.com',
  'mail.ru',
  'microsoft.com',
  'ok.ru',
  't.me',
  'telegram.org',
  'tiktok.com',
  'twitter.com',
  'vk.com',
  'w3.org',
  'wa.me',
  'whatsapp.com',
  'x.com',
  'yandex.by',
  'yandex.ru',
  'youtu.be',
  'youtube.com',
]

export const campaignRows = {
  campaignSenders: row(
    whole(2),
    '3',
    'from how many senders on the same text or link makes a group',
  ),
  campaignCommonHosts: row(
    list(text('a host name')),
    common.join(),
    'hosts, with those below them, whose links make no group',
  ),
} as const

export type CampaignSettings = SettingsOf<typeof campaignRows>
