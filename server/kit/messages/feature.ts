import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { messageRoutes } from './routes.ts'
import { messageFaults, messageRows } from './settings.ts'
import { deleteSettledMessages } from './store.ts'
import { keptSince } from './sweep-messages.ts'
import { messageTasks } from './tasks.ts'
import texts from './texts.json' with { type: 'json' }
import type { DeliveryParts } from './try-message.ts'

export const messagesFeature = {
  name: 'kit/messages',
  texts,
  settings: messageRows,
  settingRule: messageFaults,
  programRoutes: (parts) => [messageRoutes(parts)],
  tasks: messageTasks,
  times: ['* * * * * message:sweep'],
  sweeps: ({ clock }) => [
    {
      name: 'messages',
      run: (on, limit) => deleteSettledMessages(on, keptSince(clock.now()), limit),
    },
  ],
  gauges: () => import('./gauges.ts'),
} satisfies Feature<WebParts & DeliveryParts>
