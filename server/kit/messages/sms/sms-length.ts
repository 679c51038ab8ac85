// Counts the segments of an SMS (3GPP TS 23.038, default alphabet with its extension table).

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const extended = new Set('\f^{}\\[~]|€')

/** One segment holds 160 characters, each of several 153. Beyond the default alphabet: 70, 67. */
export function countSmsSegments(text: string): number {
  let septets = 0
  for (const character of text) {
    if (basic.has(character)) septets += 1
    else if (extended.has(character)) septets += 2
    else return segments(text.length, 70, 67)
  }
  return segments(septets, 160, 153)
}

function segments(length: number, alone: number, together: number): number {
  return length <= alone ? 1 : Math.ceil(length / together)
}
