-- Deterministic CBOR as bodies have it: what is not allowed anywhere in a body is refused here. [GEN-08, GEN-30]
--
--   local cbor = require "ntmobile_cbor"
--   cbor.read(tvb) -> the one item that the whole Tvb is, or nil and why it is none
--
-- An item has: major (its major type), value (its number, length or name), from and to (where it is), at (where
-- what follows its head begins), and of a list or map items (of a map keys and values in turn).

local function fail(why)
  error({ cbor = why }, 0)
end

local ARGUMENT = { [24] = 1, [25] = 2, [26] = 4, [27] = 8 }
local LEAST = { 24, 2 ^ 8, [4] = 2 ^ 16, [8] = 2 ^ 32 }

-- Bytes of one character by the first, and what the second may be; RFC 3629.
local LEADS = { { 0x00, 0x7f, 1 }, { 0xc2, 0xdf, 2 }, { 0xe0, 0xe0, 3, 0xa0 }, { 0xe1, 0xec, 3 },
  { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3 }, { 0xf0, 0xf0, 4, 0x90 }, { 0xf1, 0xf3, 4 },
  { 0xf4, 0xf4, 4, 0x80, 0x8f } }

local function is_utf8(text)
  local at = 1
  while at <= #text do
    local first, length = text:byte(at), nil
    for _, lead in ipairs(LEADS) do
      local second = lead[3] > 1 and text:byte(at + 1)
      if first >= lead[1] and first <= lead[2]
        and (not second or (second >= (lead[4] or 0x80) and second <= (lead[5] or 0xbf))) then length = lead[3] end
    end
    if not length or at + length - 1 > #text then return false end
    for i = at + 1, at + length - 1 do
      if text:byte(i) < 0x80 or text:byte(i) > 0xbf then return false end
    end
    at = at + length
  end
  return true
end

local function hex(tvb, item)
  return tvb(item.from, item.to - item.from):bytes():tohex(true)
end

local function check_key(tvb, key, before)
  if key.major ~= 0 then fail("a key that is no unsigned integer") end
  if before and hex(tvb, key) <= hex(tvb, before) then fail("keys of a map out of order, or twice") end
end

-- An item from `at` on.
local function item_at(tvb, at, depth)
  if at >= tvb:len() then fail("it ends too early") end
  local first, from = tvb(at, 1):uint(), at
  local major, value = math.floor(first / 32), first % 32
  at = at + 1
  if value >= 28 then fail("an indefinite length or a reserved head") end
  local size = ARGUMENT[value]
  if size then
    if at + size > tvb:len() then fail("it ends too early") end
    -- Beyond 2^53 not exact: good enough to tell apart what has a meaning from what has none.
    value = size == 8 and tvb(at, 4):uint() * 2 ^ 32 + tvb(at + 4, 4):uint() or tvb(at, size):uint()
    at = at + size
    if value < (major == 7 and 32 or LEAST[size]) then fail("a head that is not in the shortest form") end
  end
  local item = { major = major, value = value, from = from, at = at }
  if major == 2 or major == 3 then
    at = at + value
    if at > tvb:len() then fail("it ends too early") end
    if major == 3 and value > 0 and not is_utf8(tvb:raw(item.at, value)) then fail("text that is not UTF-8") end
  elseif major == 4 or major == 5 then
    if depth == 8 then fail("it is nested deeper than 8") end
    item.items = {}
    for i = 1, major == 4 and value or 2 * value do
      item.items[i] = item_at(tvb, at, depth + 1)
      at = item.items[i].to
      if major == 5 and i % 2 == 1 then check_key(tvb, item.items[i], item.items[i - 2]) end
    end
  elseif major == 6 or (major == 7 and (value < 20 or value > 22)) then
    fail(major == 6 and "a tag" or "a float, or a simple value other than false, true and null")
  end
  item.to = at
  return item
end

local M = {}

function M.read(tvb)
  local good, item = pcall(item_at, tvb, 0, 0)
  if not good then
    if type(item) == "table" and item.cbor then return nil, item.cbor end
    error(item, 0)
  end
  if item.to < tvb:len() then return nil, "bytes after it" end
  return item
end

return M
