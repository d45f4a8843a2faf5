// The whole Bluesky network on loopback: PLC directory, PDS, AppView and Ozone.
//
// usage: node network.mjs --modules FOLDER --handles a.test,b.test [--password WORD] [--pds-port N] [--rate-limits]
//
// FOLDER holds the node_modules of the package.json beside this file. The environment gives DB_POSTGRES_URL.
// Prints one line of JSON once every account can be read through the AppView, and runs until its standard input ends or
// it gets SIGTERM or SIGINT. Exit status 0 after a clean stop, 1 if it could not start.

import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { askNobodyOutside, listenOnLoopbackOnly } from './loopback.mjs'

const HOW_LONG_TO_CLOSE_MS = 8_000
const HOW_LONG_TO_INDEX_MS = 30_000

const { values: asked } = parseArgs({
  options: {
    modules: { type: 'string' },
    handles: { type: 'string' },
    password: { type: 'string' },
    'pds-port': { type: 'string', default: '0' },
    'rate-limits': { type: 'boolean', default: false },
  },
})

listenOnLoopbackOnly()
askNobodyOutside()
// The network asserts that this variable is there and opens no connection to it: nothing in this version reads Redis.
process.env.REDIS_HOST ??= 'redis.invalid'
const require = createRequire(path.resolve(asked.modules, 'package.json'))
const { TestNetwork } = require('@atproto/dev-env')

let network
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop)
process.stdin.on('end', stop).on('error', stop).resume()

try {
  network = await TestNetwork.create({
    dbPostgresSchema: 'network',
    ozone: { dbPostgresSchema: 'ozone' }, // without its own schema its migrations meet the AppView's
    pds: {
      ...(asked['pds-port'] === '0' ? {} : { port: Number(asked['pds-port']) }),
      ...(asked['rate-limits'] ? { rateLimitsEnabled: true } : {}),
    },
  })
  const accounts = []
  for (const handle of asked.handles.split(',')) accounts.push(await createAccount(handle))
  await network.processAll()
  for (const account of accounts) await untilReadable(account.handle)
  process.stdout.write(
    JSON.stringify({
      pds: network.pds.url,
      appview: network.bsky.url,
      plc: network.plc.url,
      accounts,
    }) + '\n',
  )
} catch (error) {
  if (!stopping) {
    console.error(error)
    process.exit(1)
  }
}

async function createAccount(handle) {
  const password = asked.password ?? randomBytes(12).toString('hex')
  const agent = network.pds.getClient()
  await agent.createAccount({ handle, password, email: `${handle.split('.')[0]}@mail.test` })
  const { data } = await agent.com.atproto.server.createAppPassword({ name: 'heraut' })
  return { handle, did: agent.assertDid, password, app_password: data.password }
}

async function untilReadable(handle) {
  const reader = network.bsky.getClient()
  const deadline = Date.now() + HOW_LONG_TO_INDEX_MS
  for (;;) {
    try {
      const { data } = await reader.app.bsky.actor.getProfile({ actor: handle })
      if (data.handle === handle) return
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    if (Date.now() > deadline) throw new Error(`the AppView did not show ${handle} in time`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function stop() {
  if (stopping) return
  stopping = true
  setTimeout(() => process.exit(0), HOW_LONG_TO_CLOSE_MS).unref() // a reader that keeps a stream open must not hold us
  try {
    await network?.close()
  } catch (error) {
    console.error(error)
  }
  process.exit(0)
}
