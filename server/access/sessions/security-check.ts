import type { CheckLine, SecurityCheck } from '#server/kit/pages/owner/security-check.ts'
import type { AccessParts } from '../parts.ts'
import { countDevices } from './overview.ts'

const href = '/account/sessions'
const action = 'account.devices.action'
const old = 'account.devices.old'
const next = { step: 'devices', text: old, action, href, isOnOverview: true } as const

export const sessionsCheck = (parts: AccessParts): SecurityCheck => ({
  async readItems(accountId) {
    const { count, isOld } = await countDevices(parts, accountId)
    const lines: CheckLine[] = [{ text: 'account.devices.count', params: { count } }]
    if (isOld) lines.push({ text: old })
    const item = { rank: 40, icon: 'devices', name: 'layout.menu.sessions', action, href, lines }
    return isOld ? [{ ...item, state: 'wait', next }] : [{ ...item, state: 'good' }]
  },
})
