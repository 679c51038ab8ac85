/**
 * The questions that can be chosen; their texts stand under `security-question.questions`. Chosen from a list, because a made-up question
 * would tell a real mailbox from an unknown name. Entries are only ever added at the end: accounts and decoys refer to them.
 */
export const questionIds = [
  'first-teacher',
  'childhood-friend',
  'childhood-street',
  'grandmother-birthplace',
  'childhood-nickname',
  'childhood-dream',
  'first-job',
  'first-journey',
  'first-concert',
  'favourite-children-book',
] as const

export type QuestionId = (typeof questionIds)[number]

export const isQuestionId = (id: string): id is QuestionId =>
  (questionIds as readonly string[]).includes(id)
