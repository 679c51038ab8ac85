/** UTF-7 (RFC 2152), which platforms no longer decode and old mail programs still send. */

/** Base64 runs between `+` and `-` become UTF-16; what is not well-formed stays as it stands. */
export function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (run, encoded: string) => {
    if (encoded === '') return run === '+-' ? '+' : run
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length < 2) return run
    return bytes
      .subarray(0, bytes.length - (bytes.length % 2))
      .swap16()
      .toString('utf16le')
      .toWellFormed()
  })
}
