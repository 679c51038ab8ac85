/** RFC 2152. Old mail programs still send UTF-7, and Node cannot decode it. Bad pieces stay. */
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
