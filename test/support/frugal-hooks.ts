// node:test follows every promise, to know which test a surprise belongs to. A portal makes thousands for each request: that took a
// seventh of the processor time of all tests. With this, a surprise in a promise still fails the run, but no longer names its test.
import hooks from 'node:async_hooks'

const { createHook } = hooks
hooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false })
