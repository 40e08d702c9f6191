// SPDX-License-Identifier: EUPL-1.2
// npm's jose against our records, and ours against its.
//
// verify CHAIN CLEAR   verifies the chain file from its genesis, and compares what is disclosed with CLEAR
// report FILE JWK      verifies a stand-alone report
// make ALG OUT         writes OUT.jws, OUT.jwk and OUT.clear: a chain made and signed here, with a rotation in it
// Prints how much it compared; any difference ends with status 1.

import { createHash, createPublicKey, randomBytes, sign, verify as verifyRaw } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { readFileSync, writeFileSync } from 'node:fs'
import { calculateJwkThumbprint, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK } from 'jose'

const TYPE = 'bioagent-record+jws'
const sha256 = (text) => createHash('sha256').update(text).digest('base64url')
const linesOf = (path) => readFileSync(path, 'utf8').split('\n').filter((line) => line)
const algorithmOf = (jwk) => (jwk.kty === 'OKP' ? 'EdDSA' : 'ES256')

function demand(condition, why) {
  if (!condition) throw new Error(why)
}

// Puts disclosures back by the rules of docs/record.md; what has none stays out.
function putBack(value, disclosures) {
  if (Array.isArray(value)) return value.map((element) => putBack(element, disclosures))
  if (value === null || typeof value !== 'object') return value
  const clear = {}
  for (const [name, member] of Object.entries(value)) if (name !== '_sd' && name !== '_sd_alg') clear[name] = putBack(member, disclosures)
  for (const digest of value._sd ?? []) {
    const found = disclosures.get(digest)
    if (!found) continue
    disclosures.delete(digest)
    clear[found[1]] = found[2]
  }
  return clear
}

async function read(line, jwk) {
  const [compact, ...texts] = line.split('~')
  demand(texts.pop() === '', 'the line does not end in ~')
  const key = await importJWK(jwk, algorithmOf(jwk))
  const { payload, protectedHeader } = await compactVerify(compact, key, { algorithms: [algorithmOf(jwk)] })
  demand(protectedHeader.typ === TYPE, 'typ')
  demand(protectedHeader.kid === (await calculateJwkThumbprint(jwk, 'sha256')), 'another thumbprint')
  const members = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  const disclosures = new Map(texts.map((text) => [sha256(text), JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))]))
  const clear = putBack(members, disclosures)
  demand(disclosures.size === 0, 'an unreferenced disclosure')
  return { members, clear, disclosed: texts.length, kid: protectedHeader.kid, hash: sha256(compact.slice(0, compact.lastIndexOf('.'))) }
}

const statement = (members, kid, newKid) => Buffer.from(`bioagent-rotate:${members.chain}:${members.seq}:${kid}:${newKid}`)

// node's crypto calls the form with r and s side by side by the name of IEEE P1363.
const rawOptions = (jwk, key) => [jwk.kty === 'OKP' ? null : 'sha256', { key, dsaEncoding: 'ieee-p1363' }]

async function verify(path, clearPath) {
  const expected = linesOf(clearPath).map((line) => JSON.parse(line))
  let jwk = JSON.parse(Buffer.from(linesOf(path)[0].split('.')[1], 'base64url').toString('utf8')).key
  let last, disclosed = 0, rotations = 0
  const lines = linesOf(path)
  for (const [i, line] of lines.entries()) {
    const record = await read(line, jwk)
    demand(isDeepStrictEqual(record.clear, expected[i]), `line ${i + 1} discloses other values`)
    demand(record.members.prev === (last ? last.hash : null), `line ${i + 1} does not follow`)
    if (record.members.kind === 'rotate') {
      const next = record.members.key
      const [digest, options] = rawOptions(next, createPublicKey({ key: next, format: 'jwk' }))
      const proof = Buffer.from(record.members.proof, 'base64url')
      demand(verifyRaw(digest, statement(record.members, record.kid, await calculateJwkThumbprint(next, 'sha256')), options, proof), 'proof')
      jwk = next
      rotations++
    }
    disclosed += record.disclosed
    last = record
  }
  demand(lines.length > 0 && lines.length === expected.length, 'nothing compared')
  return `${lines.length} signatures, ${lines.length} thumbprints, ${lines.length - 1} links, ${rotations} rotations, ` +
    `${lines.length} payloads in clear, ${disclosed} disclosures`
}

async function report(path, jwkPath) {
  const lines = linesOf(path)
  demand(lines.length === 1, 'not one line')
  const record = await read(lines[0], JSON.parse(readFileSync(jwkPath, 'utf8')))
  demand(record.members.kind === 'report', 'no report')
  return `1 signatures, 1 thumbprints, ${record.disclosed} disclosures`
}

function conceal(members, names) {
  const texts = names.map((name) => {
    const text = Buffer.from(JSON.stringify([randomBytes(16).toString('base64url'), name, members[name]])).toString('base64url')
    delete members[name]
    return text
  })
  members._sd = texts.map(sha256).sort()
  return texts
}

const common = (kind, seq, prev, own) => ({
  schema: 'bioagent.record/1', kind, chain: '0000000000000000000000000000ace0', seq, prev, made: '2026-01-31T08:30:00.5Z', next_by: null,
  part: { index: 1, of: 1 }, target: 'live',
  host: { id: '7c9e6679-7425-40de-944b-e07fc1f90ae9', name: 'höst', org: null, labels: {}, profile: {}, os: 'other', kernel: '1' },
  run: null, witness: { nonce: null }, policies: [], ...own
})

async function newKey(algorithm) {
  const pair = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true })
  const { kty, crv, x, y } = await exportJWK(pair.publicKey)
  const jwk = y ? { kty, crv, x, y } : { kty, crv, x }
  return { ...pair, jwk, algorithm, kid: await calculateJwkThumbprint(jwk, 'sha256') }
}

async function make(algorithm, out) {
  const other = await newKey(algorithm === 'EdDSA' ? 'ES256' : 'EdDSA')
  let key = await newKey(algorithm), prev = null, seq = 0
  const first = key, lines = [], clear = []

  async function add(kind, own, personal) {
    const members = common(kind, ++seq, prev, own)
    clear.push(JSON.stringify(members))
    const texts = personal ? conceal(members.files[0], personal) : []
    if (personal) members._sd_alg = 'sha-256'
    const compact = await new CompactSign(Buffer.from(JSON.stringify(members)))
      .setProtectedHeader({ kid: key.kid, typ: TYPE, alg: key.algorithm, extra: [1] }).sign(key.privateKey)
    prev = sha256(compact.slice(0, compact.lastIndexOf('.')))
    lines.push([compact, ...texts, ''].join('~'))
  }

  await add('genesis', { key: { ...key.jwk, use: 'sig' }, previous: null })
  await add('policy', { files: [{ name: 'a', digest: `sha256:${'0'.repeat(64)}`, text: 'Zoë', lines: [1, 2, null] }], descriptors: null }, ['text', 'lines'])
  for (let i = 0; i < 20; i++) await add('of-another-agent', { i })
  const [digest, options] = rawOptions(other.jwk, other.privateKey)
  await add('rotate', { key: other.jwk, proof: sign(digest, statement({ chain: common().chain, seq: seq + 1 }, key.kid, other.kid), options).toString('base64url') })
  key = other
  for (let i = 0; i < 20; i++) await add('of-another-agent', { i })
  writeFileSync(`${out}.jws`, lines.join('\n') + '\n')
  writeFileSync(`${out}.clear`, clear.join('\n') + '\n')
  writeFileSync(`${out}.jwk`, JSON.stringify({ ...first.jwk, kid: first.kid }))
  return `${lines.length} records made`
}

try {
  console.log(`jose: ${await { verify, report, make }[process.argv[2]](...process.argv.slice(3))}`)
} catch (error) {
  console.error(`jose: ${process.argv.slice(2).join(' ')}: ${error.message}`)
  process.exit(1)
}
