// The process begins here. It keeps the compiled modules, which saves half of a cold start and 20 MB.
// This file is JavaScript, so that it needs no compiling itself.
import { enableCompileCache, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

// Security: Compiled code is kept beside the packages, never in a folder of all users.
// Under /tmp another user could have made Node's own folder before. A read-only folder only costs time.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/postern', import.meta.url)))

const root = new URL('..', import.meta.url)

// Node asks the disk at each of some thousand imports. Ours name their file, so the name is enough.
registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = /^(?:#(?:server|db)|\.\.?)\/.*\.ts$/.test(specifier)
    if (!isOurs) return nextResolve(specifier, context)
    const [path, from] = specifier.startsWith('#')
      ? [specifier.slice(1), root]
      : [specifier, context.parentURL]
    return { url: new URL(path, from).href, format: 'module-typescript', shortCircuit: true }
  },
})
await import('./main.ts')
