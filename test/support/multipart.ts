// Builds the bytes of multipart forms.
export interface FormPart {
  readonly name: string
  readonly value: string | Buffer
  /** A file name. Without it, the part is a plain field. */
  readonly file?: string
}

const someBoundary = 'bo-un-da-ry'

export function multipart(parts: readonly FormPart[], boundary = someBoundary): Buffer {
  const pieces = parts.flatMap(({ name, value, file }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; ` +
        `name="${name}"${file === undefined ? '' : `; filename="${file}"\r\nContent-Type: application/octet-stream`}\r\n` +
        '\r\n',
    ),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

export const multipartType = (boundary = someBoundary) => ({
  'content-type': `multipart/form-data; boundary=${boundary}`,
})
