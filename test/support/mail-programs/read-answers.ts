// Reads our answers to mail programs with parsers of others.
import { readFileSync } from 'node:fs'
import { DOMParser, type Element } from '@xmldom/xmldom'
import { validateXML } from 'xmllint-wasm'

/** libxml2's verdict against our own RELAX NG grammar; the list is empty where the answer holds. */
export async function faultsAgainst(
  grammar: 'autoconfig' | 'autodiscover',
  xml: string,
): Promise<string[]> {
  const schema = readFileSync(new URL(`./${grammar}.rng`, import.meta.url), 'utf8')
  const result = await validateXML({
    xml: [{ fileName: 'answer.xml', contents: xml }],
    schema,
    extension: 'relaxng',
  })
  return result.valid ? [] : result.errors.map((error) => error.message)
}

export interface ReadServer {
  readonly type: string
  readonly fields: Readonly<Record<string, string>>
}

/** Every server of an autoconfig answer, in its order. */
export function serversInAutoconfig(xml: string): ReadServer[] {
  return elements(xml, ['incomingServer', 'outgoingServer']).map((server) => ({
    type: server.getAttribute('type') ?? '',
    fields: fieldsOf(server),
  }))
}

/** Every protocol of an Autodiscover answer, in its order. */
export function protocolsInAutodiscover(xml: string): Record<string, string>[] {
  return elements(xml, ['Protocol']).map(fieldsOf)
}

export function textIn(xml: string, name: string): string | undefined {
  return elements(xml, [name])[0]?.textContent ?? undefined
}

function elements(xml: string, names: readonly string[]): Element[] {
  const document = new DOMParser({
    onError: (_level, message) => {
      throw new Error(message)
    },
  }).parseFromString(xml, 'text/xml')
  return names.flatMap((name) => [...document.getElementsByTagName(name)])
}

function fieldsOf(element: Element): Record<string, string> {
  const children = [...element.childNodes].filter((node): node is Element => node.nodeType === 1)
  return Object.fromEntries(children.map((child) => [child.tagName, child.textContent ?? '']))
}
