// Keeps a Node program on this machine: what it offers, and whom it asks.

import dns from 'node:dns'
import net from 'node:net'

// Everything in the network listens by port alone, which means on every interface of the machine.
export function listenOnLoopbackOnly() {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (...args) {
    if (typeof args[0] === 'number' && typeof args[1] !== 'string') {
      args.splice(1, 0, '127.0.0.1')
    } else if (args[0] && typeof args[0] === 'object' && args[0].port !== undefined) {
      args[0] = { ...args[0], host: '127.0.0.1' }
    }
    return listen.apply(this, args)
  }
}

// Whoever is mentioned is looked up wherever that is; here every name but this machine's is unknown, at once.
export function askNobodyOutside() {
  const unknown = (name) => Object.assign(new Error(`${name} is outside this machine`), { code: 'ENOTFOUND' })
  const { lookup } = dns
  dns.lookup = (name, options, answer) => {
    if (name === 'localhost' || net.isIP(name)) return lookup(name, options, answer)
    process.nextTick(answer ?? options, unknown(name))
  }
  for (const [asked, told] of [
    [dns, (name, ...rest) => process.nextTick(rest.at(-1), unknown(name))],
    [dns.Resolver.prototype, (name, ...rest) => process.nextTick(rest.at(-1), unknown(name))],
    [dns.promises, (name) => Promise.reject(unknown(name))],
    [dns.promises.Resolver.prototype, (name) => Promise.reject(unknown(name))],
  ]) {
    for (const way of ['resolve', 'resolve4', 'resolve6', 'resolveTxt', 'resolveAny', 'resolveCname']) asked[way] = told
  }
}
