// Answers to security questions. Capitals and blanks make no difference.
import { readingsOf } from '../identifiers/contact-words.ts'
import type { Keyring } from '../keys/keyring.ts'
import { isText } from '../text-input.ts'
import { isVeryCommon } from './common-list.ts'
import { EASY_ANSWERS } from './easy-answers.ts'
import { isWalk } from './keyboard.ts'

export type SecretAnswerRefusal =
  | 'missing'
  | 'not-text'
  | 'too-short'
  | 'too-long'
  | 'too-easy'
  | 'is-login'
  | 'is-contact'
  | 'is-password'
  | 'in-question'
export type JudgedSecretAnswer =
  | { kind: 'ok'; answer: string }
  | { kind: 'refused'; reason: SecretAnswerRefusal }

/** Characters. The minimum is of the normal form, the maximum of what is typed. */
export const ANSWER_MIN = 4
export const ANSWER_MAX = 200

export interface AnswerAbout {
  readonly login: string
  readonly address?: string
  /** From `wordsOfContact`, for the contacts of the account. */
  readonly contactWords?: readonly string[]
  readonly question?: string
}

/** Never returns `is-password`, which only the hasher can find. */
export function judgeSecretAnswer(raw: unknown, about: AnswerAbout): JudgedSecretAnswer {
  if (raw === undefined || raw === null) return refused('missing')
  if (!isText(raw)) return refused('not-text')
  if ([...raw].length > ANSWER_MAX) return refused('too-long')
  const answer = normalizeAnswer(raw)
  const length = [...answer].length
  if (length === 0) return refused('missing')
  if (length < ANSWER_MIN) return refused('too-short')
  const readings = readingsOf(raw).map(normalizeAnswer)
  if (isMailboxName(readings, about)) return refused('is-login')
  if (isContact(readings, about.contactWords ?? [])) return refused('is-contact')
  if (about.question && normalizeAnswer(about.question).includes(answer))
    return refused('in-question')
  if (isEasy(answer)) return refused('too-easy')
  return { kind: 'ok', answer }
}

// Security: Neither the mailbox nor a contact of its owner is an answer.
function isMailboxName(readings: readonly string[], { login, address }: AnswerAbout): boolean {
  const names = [login, ...(address === undefined ? [] : [address])].map(normalizeAnswer)
  return names.some((name) => readings.includes(name))
}

/** An answer may put a country code or a zero before the phone number. */
function isContact(readings: readonly string[], words: readonly string[]): boolean {
  return words.map(normalizeAnswer).some((word) => {
    if (word.length < ANSWER_MIN) return false
    const isNumber = /^\d+$/.test(word)
    return readings.some(
      (each) => each === word || (isNumber && /^\d+$/.test(each) && each.endsWith(word)),
    )
  })
}

function isEasy(answer: string): boolean {
  // Security: An answer that a stranger would try first is refused.
  easy ??= new Set(EASY_ANSWERS.map(normalizeAnswer))
  const few = new Set(answer).size < 3 || /^\d{1,5}$/.test(answer)
  return few || isWalk(answer) || isVeryCommon(answer) || easy.has(answer)
}

let easy: Set<string> | null = null

/** The compared form: lower case, letters and digits only, ё as е. */
export function normalizeAnswer(raw: unknown): string {
  if (!isText(raw)) return ''
  const folded = raw.normalize('NFKC').toLowerCase().normalize('NFKC')
  return folded
    .replace(/[ёўßäöüς]/g, (letter) => SAME[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]|[\u02b9-\u02cf]|[\ufe00-\ufe0f]/gu, '')
    .replace(/^\p{M}+/u, '')
    .normalize('NFKC')
}

const SAME: Record<string, string> = { ё: 'е', ў: 'у', ß: 'ss', ä: 'ae', ö: 'oe', ü: 'ue', ς: 'σ' }

// The hasher gets this digest: a stolen database alone allows no guessing.
/** @param keyId the newest key when the answer was set @returns null if not listed */
export function keyedAnswer(
  keyring: Keyring,
  answer: string,
  keyId: string = keyring.newestKeyId,
): string | null {
  return (
    keyring.digestUnder(keyId, 'security-question.answer', answer)?.toString('base64url') ?? null
  )
}

function refused(reason: SecretAnswerRefusal): JudgedSecretAnswer {
  return { kind: 'refused', reason }
}
