import type { TaskList } from '#server/jobs/worker.ts'
import { deliverMessage } from './deliver-message.ts'
import { deliverTask } from './send-message.ts'
import { sweepMessages } from './sweep-messages.ts'
import type { DeliveryParts } from './try-message.ts'

/** The jobs of this feature. `message:sweep` runs every minute. */
export function messageTasks(parts: DeliveryParts): TaskList {
  return {
    [deliverTask]: ({ messageId }) => deliverMessage(parts, String(messageId)),
    'message:sweep': () => sweepMessages(parts),
  }
}
