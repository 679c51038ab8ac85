import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Loads a large package at its first use. `Module` is `typeof import('name')`. */
export function lazily<Module>(name: string): () => Module {
  let loaded: Module | undefined
  return () => {
    loaded ??= require(name) as Module
    return loaded
  }
}
