// The browser sends pasted text as UTF-8, whatever charset the letter's header still names.
import type { ScannedLetter } from '#server/core/letters/letter-shape.ts'

/** Only for reading. Proofs need the unchanged source. */
export function utf8ForPasted(scanned: ScannedLetter): ScannedLetter {
  if (!/[\u0080-\u00ff]/.test(scanned.body)) return scanned
  return {
    ...scanned,
    spans: [],
    content: renameCharset(scanned.content),
    body: scanned.body.split('\r\n\r\n').map(renameCharset).join('\r\n\r\n'),
  }
}

// Encoded parts keep their charset: the clipboard did not change their bytes.
function renameCharset(block: string): string {
  if (
    !/^content-type[ \t]*:/im.test(block) ||
    /^content-transfer-encoding[ \t]*:[ \t]*(?:base64|quoted)/im.test(block)
  )
    return block
  return block.replace(/(\bcharset[ \t]*=[ \t]*)(?:"[^"\r\n]{0,60}"|[\w.:-]{1,60})/gi, '$1utf-8')
}
