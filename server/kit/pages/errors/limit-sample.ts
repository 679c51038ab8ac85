import { msPerSecond } from '#server/core/durations.ts'
import { type Sample, sampleMoment } from '../sample.ts'
import { contactWay, recoverWay, type WayOn } from './ways-on.ts'

interface LimitSample {
  readonly typed?: Readonly<Record<string, string>>
  readonly waitSeconds?: number
  readonly href?: string
  readonly ways?: readonly WayOn[]
  readonly params?: Readonly<Record<string, number>>
}

/** The page of a limit that was reached. */
export function limitSample(limit: string, shown: LimitSample = {}): Sample {
  const { typed, waitSeconds = 45, href = '/', ways = [recoverWay, contactWay], params } = shown
  return {
    page: 'too-many-tries',
    state: limit,
    view: 'errors/problem',
    locals: {
      titleKey: `limit.${limit}.title`,
      limit,
      limitParams: params,
      href,
      ways,
      waitSeconds,
      retryAt: new Date(sampleMoment(0).getTime() + waitSeconds * msPerSecond),
      isSecretDue: limit === 'sign-in' || limit === 'registration',
      typed: Object.values(typed ?? {}),
      repeat: typed && { _csrf: 'a-sample-has-no-token', ...typed },
    },
  }
}
