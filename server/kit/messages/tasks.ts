import type { TaskList } from '#server/kit/jobs/worker.ts'
import { deliverMessage } from './deliver-message.ts'
import { deliverTask } from './send-message.ts'
import { sweepMessages } from './sweep-messages.ts'
import type { DeliveryParts } from './try-message.ts'

export function messageTasks(parts: DeliveryParts): TaskList {
  const busyWith = new Set<string>()
  const deliver = async (id: string, worker: string | null) => {
    if (busyWith.has(id)) return await deliverMessage(parts, id, { worker, isBusy: true })
    busyWith.add(id)
    try {
      await deliverMessage(parts, id, { worker, isBusy: false })
    } finally {
      busyWith.delete(id)
    }
  }
  return {
    [deliverTask]: ({ messageId }, { worker }) => deliver(String(messageId), worker ?? null),
    'message:sweep': () => sweepMessages(parts),
  }
}
