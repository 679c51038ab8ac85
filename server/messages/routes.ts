import express, { Router } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { recordTwilioStatus, type TwilioStatusParts, twilioStatusPath } from './twilio-status.ts'

/** Mounted before sessions and the form token: Twilio has neither, its signature takes their place. */
export function messageRoutes(parts: TwilioStatusParts): Router {
  const routes = Router()
  routes.post(
    `${twilioStatusPath}/:id`,
    express.urlencoded({ extended: false, limit: '8kb', parameterLimit: 40 }),
    async (request, response) => {
      const signature = request.get('x-twilio-signature') ?? ''
      const answer = await recordTwilioStatus(parts, request.params.id, signature, request.body ?? {})
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
