// node:test tracks every promise to name the test of an uncaught error. That took a seventh of the
// CPU time of all tests. Without it such an error still fails the run, but names no test.
import hooks from 'node:async_hooks'

const { createHook } = hooks
hooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false })
