import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * A package that is loaded at its first use. For large ones that most processes, or most hours, do without: what is not loaded costs
 * neither memory nor time at the start. Types come by `typeof import('name')`.
 */
export function lazily<Module>(name: string): () => Module {
  let loaded: Module | undefined
  return () => {
    loaded ??= require(name) as Module
    return loaded
  }
}
