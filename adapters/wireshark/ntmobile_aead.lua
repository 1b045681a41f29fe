-- ChaCha20-Poly1305 (RFC 8439) and AES-256-GCM (NIST SP 800-38D) with 12-byte nonces, for reading captures:
-- Wireshark 4.0 gives its scripts no cryptography. Slow, and not in constant time; never seal with it.
--
--   local aead = require "ntmobile_aead"
--   aead.open[suite](key, nonce, aad, sealed) -> plaintext, or nil if the tag does not verify
--
-- All arguments and results are strings of bytes. Words are numbers; sums may pass 2^32 where the next step
-- takes them modulo 2^32 anyway. Runs on Lua 5.2 to 5.4, whose numbers are exact up to 2^53.

local floor = math.floor

-- Lua 5.2 has bit32, later ones have operators, which 5.2 can't even parse.
local bits = bit32 or load([[
  local M = 0xffffffff
  return {
    bxor = function(a, b) return (a ~ b) & M end,
    band = function(a, b) return a & b & M end,
    lrotate = function(a, n) a = a & M return ((a << n) | (a >> (32 - n))) & M end,
    lshift = function(a, n) return (a << n) & M end,
    rshift = function(a, n) return (a & M) >> n end,
  }
]])()
local bxor, band, rol, shl, shr = bits.bxor, bits.band, bits.lrotate, bits.lshift, bits.rshift

local M = {}

-- Strings -----------------------------------------------------------------------------------------------------

local function little(s, at)
  local a, b, c, d = s:byte(at, at + 3)
  return a + b * 0x100 + c * 0x10000 + d * 0x1000000
end

local function big(s, at)
  local a, b, c, d = s:byte(at, at + 3)
  return d + c * 0x100 + b * 0x10000 + a * 0x1000000
end

local function bytes_little(...)
  local out = {}
  for i, word in ipairs({ ... }) do
    out[i] = string.char(word % 256, floor(word / 0x100) % 256, floor(word / 0x10000) % 256,
      floor(word / 0x1000000) % 256)
  end
  return table.concat(out)
end

local function bytes_big(...)
  return (bytes_little(...):gsub("....", string.reverse))
end

local function filled(s)
  return s .. ("\0"):rep(-#s % 16)
end

-- The data with a key stream of 16-byte multiples over it.
local function under(stream, data)
  local out = {}
  for i = 1, #data do out[i] = string.char(bxor(data:byte(i), stream:byte(i))) end
  return table.concat(out)
end

-- ChaCha20-Poly1305 -------------------------------------------------------------------------------------------

local function quarter(x, a, b, c, d)
  local va, vb, vc, vd = x[a], x[b], x[c], x[d]
  va = va + vb; vd = rol(bxor(vd, va), 16)
  vc = vc + vd; vb = rol(bxor(vb, vc), 12)
  va = va + vb; vd = rol(bxor(vd, va), 8)
  vc = vc + vd; vb = rol(bxor(vb, vc), 7)
  x[a], x[b], x[c], x[d] = va, vb, vc, vd
end

local function chacha_block(key, counter, nonce)
  local start = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 }
  for i = 0, 7 do start[5 + i] = little(key, 1 + 4 * i) end
  start[13] = counter
  for i = 0, 2 do start[14 + i] = little(nonce, 1 + 4 * i) end
  local x = { table.unpack(start) }
  for _ = 1, 10 do
    quarter(x, 1, 5, 9, 13); quarter(x, 2, 6, 10, 14); quarter(x, 3, 7, 11, 15); quarter(x, 4, 8, 12, 16)
    quarter(x, 1, 6, 11, 16); quarter(x, 2, 7, 12, 13); quarter(x, 3, 8, 9, 14); quarter(x, 4, 5, 10, 15)
  end
  for i = 1, 16 do x[i] = (x[i] + start[i]) % 0x100000000 end
  return bytes_little(table.unpack(x))
end

local LIMB = 2 ^ 22

-- 17 bytes, little-endian, as six limbs of 22 bits.
local function limbs_of(s)
  local limbs, value, width = {}, 0, 0
  for i = 1, 17 do
    value = value + (s:byte(i) or 0) * 2 ^ width
    width = width + 8
    if width >= 22 then
      limbs[#limbs + 1] = value % LIMB
      value, width = floor(value / LIMB), width - 22
    end
  end
  limbs[#limbs + 1] = value
  return limbs
end

-- Carries upwards; what passes `top` in the last limb comes back as that many times `fold`.
local function carry(h, top, fold)
  for i = 1, 5 do
    local over = floor(h[i] / LIMB)
    h[i], h[i + 1] = h[i] - over * LIMB, h[i + 1] + over
  end
  local over = floor(h[6] / top)
  h[6] = h[6] - over * top
  h[1] = h[1] + over * fold
end

-- The first 16 bytes of the limbs plus s.
local function poly_sum(h, s)
  local out, value, width, limb, over = {}, 0, 0, 1, 0
  for i = 1, 16 do
    if width < 8 then
      value = value + (h[limb] or 0) * 2 ^ width
      width, limb = width + 22, limb + 1
    end
    local sum = value % 256 + s:byte(i) + over
    over = floor(sum / 256)
    out[i] = string.char(floor(sum % 256))
    value, width = floor(value / 256), width - 8
  end
  return table.concat(out)
end

local function poly1305(key, data)
  local clamped = {}
  for i = 1, 16 do
    local mask = (i % 4 == 0 and 15) or (i % 4 == 1 and i > 1 and 252) or 255
    clamped[i] = string.char(band(key:byte(i), mask))
  end
  local r, h = limbs_of(table.concat(clamped)), { 0, 0, 0, 0, 0, 0 }
  for at = 1, #data, 16 do
    local block = limbs_of(data:sub(at, at + 15) .. "\1")
    for i = 1, 6 do h[i] = h[i] + block[i] end
    local product = {}
    for i = 1, 6 do
      local low, high = 0, 0
      for j = 1, i do low = low + h[j] * r[i - j + 1] end
      for j = i + 1, 6 do high = high + h[j] * r[i - j + 7] end
      product[i] = low + 20 * high -- 2^132 is 4 * 2^130, and 2^130 is 5
    end
    h = product
    carry(h, LIMB, 20)
    carry(h, LIMB, 20)
  end
  for _ = 1, 3 do carry(h, 2 ^ 20, 5) end
  local g = { h[1] + 5, h[2], h[3], h[4], h[5], h[6] }
  for i = 1, 5 do
    local over = floor(g[i] / LIMB)
    g[i], g[i + 1] = g[i] - over * LIMB, g[i + 1] + over
  end
  if g[6] >= 2 ^ 20 then h = g end
  return poly_sum(h, key:sub(17, 32))
end

local function lengths(aad, data)
  return bytes_little(#aad, 0, #data, 0)
end

local function open_chacha(key, nonce, aad, sealed)
  local data, tag = sealed:sub(1, -17), sealed:sub(-16)
  local one_time = chacha_block(key, 0, nonce):sub(1, 32)
  if poly1305(one_time, filled(aad) .. filled(data) .. lengths(aad, data)) ~= tag then return nil end
  local stream = {}
  for i = 1, math.ceil(#data / 64) do stream[i] = chacha_block(key, i, nonce) end
  return under(table.concat(stream), data)
end

-- AES-256-GCM -------------------------------------------------------------------------------------------------

local SBOX = {}
do
  local function times3(p)
    return bxor(bxor(p, shl(p, 1) % 256), p >= 128 and 0x1b or 0)
  end
  local function divided3(q)
    for _, n in ipairs({ 1, 2, 4 }) do q = bxor(q, shl(q, n) % 256) end
    return q >= 128 and bxor(q, 0x09) or q
  end
  local p, q = 1, 1
  repeat
    p, q = times3(p), divided3(q)
    local turned = q
    for n = 1, 4 do turned = bxor(turned, band(shl(q, n) + shr(q, 8 - n), 255)) end
    SBOX[p] = bxor(turned, 0x63)
  until p == 1
  SBOX[0] = 0x63
end

local function byte(word, n) -- the highest is 0
  return band(shr(word, 24 - 8 * n), 255)
end

local function substituted(word)
  return SBOX[byte(word, 0)] * 0x1000000 + SBOX[byte(word, 1)] * 0x10000 + SBOX[byte(word, 2)] * 0x100 +
    SBOX[byte(word, 3)]
end

local function aes_schedule(key)
  local w, constant = {}, 1
  for i = 0, 7 do w[i] = big(key, 1 + 4 * i) end
  for i = 8, 59 do
    local word = w[i - 1]
    if i % 8 == 0 then
      word = bxor(substituted(rol(word, 8)), constant * 0x1000000)
      constant = constant * 2
    elseif i % 8 == 4 then
      word = substituted(word)
    end
    w[i] = bxor(w[i - 8], word)
  end
  return w
end

-- MixColumns of one column whose bytes went through SubBytes.
local COLUMN = {}
for i = 0, 255 do
  local s = SBOX[i]
  local double = bxor(shl(s, 1) % 256, s >= 128 and 0x1b or 0)
  COLUMN[i] = double * 0x1000000 + s * 0x10000 + s * 0x100 + bxor(double, s)
end

local function aes_block(w, a, b, c, d)
  local x = { bxor(a, w[0]), bxor(b, w[1]), bxor(c, w[2]), bxor(d, w[3]) }
  for round = 1, 14 do
    local y = {}
    for i = 0, 3 do
      local t = {}
      for n = 0, 3 do t[n] = byte(x[(i + n) % 4 + 1], n) end
      local word
      if round < 14 then
        word = bxor(bxor(COLUMN[t[0]], rol(COLUMN[t[1]], 24)), bxor(rol(COLUMN[t[2]], 16), rol(COLUMN[t[3]], 8)))
      else
        word = SBOX[t[0]] * 0x1000000 + SBOX[t[1]] * 0x10000 + SBOX[t[2]] * 0x100 + SBOX[t[3]]
      end
      y[i + 1] = bxor(word, w[4 * round + i])
    end
    x = y
  end
  return x[1], x[2], x[3], x[4]
end

local function ghash(h, data)
  local y = { 0, 0, 0, 0 }
  for at = 1, #data, 16 do
    local x, v, z = {}, { h[1], h[2], h[3], h[4] }, { 0, 0, 0, 0 }
    for i = 1, 4 do x[i] = bxor(y[i], big(data, at + 4 * i - 4)) end
    for bit = 0, 127 do
      if band(shr(x[floor(bit / 32) + 1], 31 - bit % 32), 1) == 1 then
        for i = 1, 4 do z[i] = bxor(z[i], v[i]) end
      end
      local odd = v[4] % 2 == 1
      for i = 4, 2, -1 do v[i] = shr(v[i], 1) + (v[i - 1] % 2) * 0x80000000 end
      v[1] = bxor(shr(v[1], 1), odd and 0xe1000000 or 0)
    end
    y = z
  end
  return bytes_big(table.unpack(y))
end

local function open_gcm(key, nonce, aad, sealed)
  local data, tag = sealed:sub(1, -17), sealed:sub(-16)
  local w = aes_schedule(key)
  local n1, n2, n3 = big(nonce, 1), big(nonce, 5), big(nonce, 9)
  local hash = ghash({ aes_block(w, 0, 0, 0, 0) },
    filled(aad) .. filled(data) .. bytes_big(0, #aad * 8, 0, #data * 8))
  if under(bytes_big(aes_block(w, n1, n2, n3, 1)), hash) ~= tag then return nil end
  local stream = {}
  for i = 1, math.ceil(#data / 16) do stream[i] = bytes_big(aes_block(w, n1, n2, n3, i + 1)) end
  return under(table.concat(stream), data)
end

-- By suite, section 16.4 of the specification.
M.open = { [1] = open_chacha, [2] = open_gcm }

return M
