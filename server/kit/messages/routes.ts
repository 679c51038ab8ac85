import express, { Router } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { boundBody } from '../web/body-bound.ts'
import {
  recordTwilioStatus,
  type TwilioStatusParts,
  twilioStatusPath,
} from './sms/twilio-status.ts'

/** Twilio's reports are a few hundred bytes long. */
const statusBytes = 8 * 1024

/** Mounted before sessions and form tokens, because Twilio's signature takes their place. */
export function messageRoutes(parts: TwilioStatusParts): Router {
  const routes = Router()
  routes.post(
    `${twilioStatusPath}/:id`,
    boundBody(
      statusBytes,
      express.urlencoded({ extended: false, limit: statusBytes, parameterLimit: 40 }),
    ),
    async (request, response) => {
      const signature = request.get('x-twilio-signature') ?? ''
      const answer = await recordTwilioStatus(
        parts,
        String(request.params.id),
        signature,
        request.body ?? {},
      )
      switch (answer.kind) {
        case 'recorded':
        case 'ignored':
          response.status(204).end()
          return
        case 'refused':
          response.status(403).end()
          return
        default:
          assertNever(answer)
      }
    },
  )
  return routes
}
