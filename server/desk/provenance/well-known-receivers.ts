// Large receivers whose Received lines we believe. The ranges come from their documentation and
// SPF records: a name alone would prove nothing.
import type { KnownRelay } from './received-chain.ts'

export const wellKnownReceivers: readonly KnownRelay[] = [
  // Google writes its internal addresses as 6to4 forms of 10.0.0.0/8.
  { ours: false, names: ['.google.com', '.gmail.com'], addresses: ['2002:a00::/24'] },
  {
    ours: false,
    names: ['.outlook.com', '.hotmail.com'],
    addresses: [
      '2603:1000::/24',
      '2a01:111::/32',
      '40.92.0.0/15',
      '40.107.0.0/16',
      '52.100.0.0/14',
      '104.47.0.0/17',
    ],
  },
  {
    ours: false,
    names: ['.yandex.net', '.yandex.ru', '.yandex-team.ru'],
    addresses: [
      '2a02:6b8::/29',
      '77.88.0.0/18',
      '5.45.192.0/18',
      '37.140.128.0/18',
      '178.154.128.0/17',
    ],
  },
  {
    ours: false,
    names: ['.mail.ru', '.m.smailru.net'],
    addresses: ['94.100.176.0/20', '217.69.128.0/20', '185.5.136.0/22', '195.211.20.0/22'],
  },
  { ours: false, names: ['.yahoo.com', '.yahoodns.net', '.aol.com'], addresses: [] },
  {
    ours: false,
    names: ['.gmx.net', '.web.de', '.kundenserver.de', '.mail.com'],
    addresses: ['212.227.0.0/16', '82.165.159.0/24'],
  },
  { ours: false, names: ['.icloud.com', '.apple.com', '.me.com'], addresses: ['17.0.0.0/8'] },
  { ours: false, names: ['.protonmail.ch', '.proton.ch'], addresses: ['185.70.40.0/22'] },
  { ours: false, names: ['.messagingengine.com'], addresses: ['66.111.4.0/24', '202.12.124.0/24'] },
  { ours: false, names: ['.rambler.ru'], addresses: ['81.19.64.0/19'] },
]
