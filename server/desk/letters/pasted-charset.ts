/** A pasted letter reaches us as characters: its 8-bit parts are UTF-8 now, whatever charset their header still names. */
import type { ScannedLetter } from '#server/core/letters/letter-shape.ts'

/** For reading only; proofs are made over the source as it came. */
export function utf8ForPasted(scanned: ScannedLetter): ScannedLetter {
  if (!/[\u0080-\u00ff]/.test(scanned.body)) return scanned
  return {
    ...scanned,
    // The positions no longer hold.
    spans: [],
    header: renameCharset(scanned.header),
    body: scanned.body.split('\r\n\r\n').map(renameCharset).join('\r\n\r\n'),
  }
}

// Encoded parts keep their charset: their bytes went through the clipboard unharmed.
function renameCharset(block: string): string {
  if (
    !/^content-type[ \t]*:/im.test(block) ||
    /^content-transfer-encoding[ \t]*:[ \t]*(?:base64|quoted)/im.test(block)
  )
    return block
  return block.replace(/(\bcharset[ \t]*=[ \t]*)(?:"[^"\r\n]{0,60}"|[\w.:-]{1,60})/gi, '$1utf-8')
}
