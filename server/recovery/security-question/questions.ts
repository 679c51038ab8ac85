/**
 * People choose from a list, because a made-up question would tell a real mailbox from a decoy.
 * Keep the ids for ever: accounts and decoys refer to them.
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
