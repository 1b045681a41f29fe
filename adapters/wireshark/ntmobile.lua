-- NTMobile for Wireshark and tshark 4.0 or later: headers, openings, and with a key file what is sealed.
-- README.md beside this file says how to use it. Chapters and clauses are those of conformance/spec/.

local aead = require "ntmobile_aead"
local cbor = require "ntmobile_cbor"
local T = require "ntmobile_tables"

-- Fields ------------------------------------------------------------------------------------------------------

local ntmobile = Proto("ntmobile", "NTMobile")

local SENDERS = { initiator = "initiator of the handshake", responder = "responder of the handshake" }

local f = {
  magic = ProtoField.uint8("ntmobile.magic", "Magic", base.HEX),
  type = ProtoField.uint8("ntmobile.type", "Type", base.HEX, T.TYPES),
  key_id = ProtoField.uint16("ntmobile.key_id", "Key ID", base.HEX),
  context = ProtoField.bytes("ntmobile.context", "Context"),
  sequence = ProtoField.uint64("ntmobile.sequence", "Sequence", base.DEC),
  sealed = ProtoField.bytes("ntmobile.sealed", "Sealed"),
  tag = ProtoField.bytes("ntmobile.tag", "Tag"),
  ephemeral = ProtoField.bytes("ntmobile.ephemeral", "Ephemeral public key"),
  decryption = ProtoField.string("ntmobile.decryption", "Decryption"),
  channel = ProtoField.string("ntmobile.channel", "Kind of channel"),
  sender = ProtoField.string("ntmobile.sender", "Sealed by"),
  aead = ProtoField.uint8("ntmobile.aead", "AEAD", base.DEC, T.SUITES),
  body = ProtoField.string("ntmobile.body", "Body"),
  unknown = ProtoField.string("ntmobile.unknown_key", "Unknown key"),
  padding = ProtoField.bytes("ntmobile.inner_padding", "Padding after the inner packet"),
}

-- One for each key of the registry: ntmobile.status, ntmobile.path_id, and so on.
local by_key = {}
for number, key in pairs(T.KEYS) do
  local name, shape, names = key[1], key[2], key[3]
  local abbreviation = "ntmobile." .. name:gsub("-", "_")
  local made
  if shape == "number" then made = ProtoField.uint32(abbreviation, name, base.DEC, names)
  elseif shape == "bytes" then made = ProtoField.bytes(abbreviation, name)
  elseif shape == "boolean" then made = ProtoField.bool(abbreviation, name)
  elseif shape == "map" then made = ProtoField.none(abbreviation, name)
  else made = ProtoField.string(abbreviation, name) end
  by_key[number] = made
end

local all = {}
for _, field in pairs(f) do all[#all + 1] = field end
for _, field in pairs(by_key) do all[#all + 1] = field end
ntmobile.fields = all

local e = {
  header = ProtoExpert.new("ntmobile.bad_header", "Header that has to be refused", expert.group.MALFORMED,
    expert.severity.ERROR),
  tag = ProtoExpert.new("ntmobile.bad_tag", "The tag verifies under no key of the key file",
    expert.group.DECRYPTION, expert.severity.WARN),
  body = ProtoExpert.new("ntmobile.bad_body", "Body that has to be refused", expert.group.MALFORMED,
    expert.severity.ERROR),
  inner = ProtoExpert.new("ntmobile.bad_inner", "Inner packet that has to be dropped", expert.group.MALFORMED,
    expert.severity.ERROR),
  status = ProtoExpert.new("ntmobile.error_status", "Answer with an error", expert.group.RESPONSE_CODE,
    expert.severity.NOTE),
}
ntmobile.experts = { e.header, e.tag, e.body, e.inner, e.status }

ntmobile.prefs.keys = Pref.string("Key file", "", "What ntm-conform --pcap-keys wrote: a line a key")

-- Keys --------------------------------------------------------------------------------------------------------

local LINE = "^(%x+) (%l+) (%x%x%x%x) (%d+) (%l+) (%x+)%s*$"

local keys, keys_from, keys_fault = {}, nil, nil
-- What became of each datagram, by its bytes: Wireshark asks again and again, and a relay sends the same on.
local opened = {}

local function from_hex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function load_keys()
  keys_from, keys, keys_fault, opened = ntmobile.prefs.keys, {}, nil, {}
  if keys_from == "" then return end
  local file, why = io.open(keys_from, "r")
  if not file then
    keys_fault = "the key file cannot be read: " .. why
    return
  end
  for line in file:lines() do
    local context, kind, id, suite, sender, key = line:match(LINE)
    if context and #context == 32 and #key == 64 then
      local place = from_hex(id .. context)
      keys[place] = keys[place] or {}
      keys[place][sender .. key] = { kind = kind, suite = tonumber(suite), sender = sender, key = from_hex(key) }
    end
  end
  file:close()
end

function ntmobile.init()
  load_keys()
end

-- Gives { text = plaintext, key = the key } or { why = why not }.
local function unseal(tvb)
  if keys_from ~= ntmobile.prefs.keys then load_keys() end
  if keys_from == "" then return { why = "no key file is set" } end
  if keys_fault then return { why = keys_fault } end
  local header, sealed = tvb:raw(0, T.HEADER), tvb:raw(T.HEADER)
  local known = keys[header:sub(3, 20)]
  if not known then return { why = "the key file has no key for this context and key ID" } end
  local whole = header .. sealed
  local found = opened[whole]
  if found then return found end
  found = { why = "not verified: the tag is wrong under each key of this context and key ID", bad = true }
  for _, key in pairs(known) do
    local open = aead.open[key.suite]
    local text = open and open(key.key, "\0\0\0\0" .. header:sub(21), header, sealed)
    if text then found = { text = text, key = key } end
  end
  opened[whole] = found
  return found
end

-- Bodies -----------------------------------------------------------------------------------------------------

local function address(range)
  if range:len() == 4 then return tostring(range:ipv4()) end
  if range:len() == 16 then return tostring(range:ipv6()) end
end

local function endpoint(range)
  local length = range:len()
  local ip = length > 2 and address(range(0, length - 2))
  if not ip then return nil end
  return (length == 6 and "%s:%d" or "[%s]:%d"):format(ip, range(length - 2, 2):uint())
end

-- Each gives what add() takes after field and range, or nil for another type. [GEN-22]
local SHAPES = {
  number = function(item) return item.major == 0 and item.value < 2 ^ 32 and { item.value } or nil end,
  bytes = function(item) return item.major == 2 and {} or nil end,
  text = function(item, range) return item.major == 3 and { range:string() } or nil end,
  boolean = function(item) return item.major == 7 and item.value ~= 22 and { item.value == 21 } or nil end,
  address = function(item, range) return item.major == 2 and address(range) and { address(range) } or nil end,
  endpoint = function(item, range) return item.major == 2 and endpoint(range) and { endpoint(range) } or nil end,
}

local MAJORS = { [0] = "unsigned", "negative", "bytes", "text", "list", "map", "tag", "simple" }

local add_map

local function add_value(tree, tvb, number, item)
  local key = T.KEYS[number]
  local whole = tvb(item.from, item.to - item.from)
  if not key then
    local known = T.GREASE[number] and ", grease" or number >= T.FIRST_CRITICAL_KEY and ", critical" or ""
    tree:add(f.unknown, whole, ("%.0f: %s%s"):format(number, MAJORS[item.major], known))
  elseif key[2] == "map" and item.major == 5 then
    add_map(tree:add(by_key[number], whole), tvb, item)
  elseif item.major == 4 then
    if #item.items == 0 then tree:add(whole, key[1] .. ": none") end
    for _, one in ipairs(item.items) do add_value(tree, tvb, number, one) end
  else
    local range = tvb(item.at < item.to and item.at or item.from, item.at < item.to and item.to - item.at or nil)
    if item.at == item.to then range = whole end
    local shaped = SHAPES[key[2]] and SHAPES[key[2]](item, range)
    if shaped then
      local made = tree:add(by_key[number], range, table.unpack(shaped))
      if number == 1 and item.value ~= 0 then made:add_proto_expert_info(e.status) end
    else
      local made = tree:add(whole, ("%s: of another type (%s)"):format(key[1], MAJORS[item.major]))
      made:add_proto_expert_info(e.body, "GEN-22: " .. key[1] .. " is of another type")
    end
  end
end

function add_map(tree, tvb, map)
  for i = 1, #map.items, 2 do add_value(tree, tvb, map.items[i].value, map.items[i + 1]) end
end

-- The value of a key of the body itself.
local function of_body(map, number)
  for i = 1, #map.items, 2 do
    if map.items[i].value == number then return map.items[i + 1] end
  end
end

local function add_body(tree, tvb, type, info)
  local made = tree:add(f.body, tvb(), T.TYPES[type])
  local body, why = cbor.read(tvb)
  if not body then why = "GEN-08, GEN-30: " .. why
  elseif body.major ~= 5 then why = "GEN-08: it is no map"
  else
    local transaction = of_body(body, 0)
    local is_one = transaction and transaction.major == 2 and transaction.value == 8
    if not is_one then why = "GEN-08: no transaction of 8 bytes" end
  end
  if why then
    made:add_proto_expert_info(e.body, why)
    info[#info + 1] = "bad body: " .. why
    return
  end
  add_map(made, tvb, body)
  local status = of_body(body, 1)
  if status and status.major == 0 then
    info[#info + 1] = ("status %.0f (%s)"):format(status.value, T.STATUSES[status.value] or "unassigned")
  end
end

-- Data --------------------------------------------------------------------------------------------------------

-- How long the packet is by its own header, and which dissector reads it; or why it is none. [TUN-11]
local function inner_length(tvb)
  local length = tvb:len()
  local version = length > 0 and math.floor(tvb(0, 1):uint() / 16)
  local least = version == 4 and 20 or 40
  if version ~= 4 and version ~= 6 then return nil, "neither IPv4 nor IPv6" end
  if length < least then return nil, "shorter than its header" end
  local own = version == 4 and tvb(2, 2):uint() or 40 + tvb(4, 2):uint()
  if own > length or own < least then return nil, "its own length does not fit" end
  return own, version == 4 and "ip" or "ipv6"
end

local function add_data(tree, tvb, pinfo, root, info)
  local length, dissector = inner_length(tvb)
  if not length then
    tree:add(tvb(), "Inner packet"):add_proto_expert_info(e.inner, "TUN-11: " .. dissector)
    info[#info + 1] = "bad inner packet: " .. dissector
    return
  end
  if length < tvb:len() then
    local padding = tree:add(f.padding, tvb(length))
    if tvb:raw(length):find("[^\0]") then
      padding:add_proto_expert_info(e.inner, "TUN-11: other than zeros after the inner packet")
    end
  end
  -- What reads the inner packet writes the columns too, after what is known here.
  pinfo.cols.info = table.concat(info, ", ") .. ": "
  pinfo.cols.info:fence()
  local good, why = pcall(Dissector.call, Dissector.get(dissector), tvb(0, length):tvb(), pinfo, root)
  if not good then tree:add_proto_expert_info(e.inner, "the inner packet: " .. tostring(why)) end
  info.ended = true
end

-- Datagrams ---------------------------------------------------------------------------------------------------

-- Why a receiver refuses it before it looks at context and keys, with the layer of section 16.11. [GEN-03 to GEN-05]
local function header_fault(tvb)
  local length = tvb:len()
  if length < T.HEADER + T.TAG then return "length: shorter than header and tag" end
  local type, key_id = tvb(1, 1):uint(), tvb(2, 2):uint()
  local is_opening = type == T.OPENING_REQUEST or type == T.OPENING_RESPONSE
  if tvb(0, 1):uint() ~= T.MAGIC then return "magic: the first byte is not 0x05" end
  if not T.TYPES[type] then return "type: unknown" end
  if is_opening and length ~= T.OPENING then return "length: an opening has 76 bytes" end
  if not is_opening and type ~= T.DATA and length > T.LONGEST_CONTROL then return "length: too long for its type" end
  if is_opening and key_id ~= 0 then return "key-id-zero: an opening has key ID 0" end
  if not is_opening and key_id == 0 then return "key-id-zero: key ID 0 is for openings" end
end

local function add_opening(tree, tvb)
  if tvb:len() ~= T.OPENING then return end
  tree:add(f.ephemeral, tvb(T.HEADER, 32))
  tree:add(f.tag, tvb(T.HEADER + 32, T.TAG))
end

local function add_sealed(tree, tvb, pinfo, root, info, is_refused)
  local length, type = tvb:len() - T.HEADER, tvb(1, 1):uint()
  if length > T.TAG then tree:add(f.sealed, tvb(T.HEADER, length - T.TAG)) end
  tree:add(f.tag, tvb(T.HEADER + length - T.TAG, T.TAG))
  local found = unseal(tvb)
  local said = tree:add(f.decryption, tvb(T.HEADER), found.why or "verified"):set_generated()
  if found.bad and not is_refused then
    said:add_proto_expert_info(e.tag)
    info[#info + 1] = "tag not verified"
  end
  if not found.text then return end
  tree:add(f.channel, found.key.kind):set_generated()
  tree:add(f.sender, SENDERS[found.key.sender] or found.key.sender):set_generated()
  tree:add(f.aead, found.key.suite):set_generated()
  if #found.text == 0 then return end
  local inside = ByteArray.new(found.text, true):tvb("NTMobile, decrypted")
  if type == T.DATA then return add_data(tree, inside, pinfo, root, info) end
  if T.TYPES[type] then add_body(tree, inside, type, info) end
end

local function dissect(tvb, pinfo, root)
  local length = tvb:len()
  local tree = root:add(ntmobile, tvb())
  pinfo.cols.protocol = "NTMobile"
  local fault = header_fault(tvb)
  if fault then tree:add_proto_expert_info(e.header, fault) end
  local info = {}
  if length >= T.HEADER then
    local type = tvb(1, 1):uint()
    local is_opening = type == T.OPENING_REQUEST or type == T.OPENING_RESPONSE
    local name = T.TYPES[type] or ("unknown type 0x%02x"):format(type)
    info[1], info[2] = name, tvb(4, 4):bytes():tohex(true)
    tree:append_text(", " .. name)
    tree:add(f.magic, tvb(0, 1))
    tree:add(f.type, tvb(1, 1))
    tree:add(f.key_id, tvb(2, 2))
    tree:add(f.context, tvb(4, 16))
    local sequence = tree:add(f.sequence, tvb(20, 8))
    if is_opening then sequence:append_text(" (order number)") end
    if is_opening then add_opening(tree, tvb)
    elseif length >= T.HEADER + T.TAG then add_sealed(tree, tvb, pinfo, root, info, fault) end
  end
  if info.ended then return length end
  info[#info + 1] = ("%d bytes"):format(length)
  if fault then info[#info + 1] = "to be refused, " .. fault end
  pinfo.cols.info = table.concat(info, ", ")
  return length
end

function ntmobile.dissector(tvb, pinfo, root)
  return dissect(tvb, pinfo, root)
end

-- By the whole of what a good header has; then the same two ends' other datagrams, good or not, are taken too.
ntmobile:register_heuristic("udp", function(tvb, pinfo, root)
  if header_fault(tvb) then return false end
  pinfo.conversation = ntmobile
  dissect(tvb, pinfo, root)
  return true
end)

DissectorTable.get("udp.port"):add_for_decode_as(ntmobile)
