"""A reader of whole exchanges, for who has the secrets: the call `read-sequence` of the golden vectors."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ntmobile import cbor, noise
from ntmobile.handshakes import next_moment
from ntmobile.header import Header, decode_header
from ntmobile.registry import Kind, Layer, Refused, Type
from ntmobile.schema import check_body, is_request, read_body
from ntmobile.sealing import ReplayWindow, SealingKey


@dataclass(eq=False)
class HeldKeys:
    """One handshake at one end."""

    receiving: SealingKey
    request: bytes
    order: int
    made: int
    response: bytes
    confirmed: bool = False
    window: ReplayWindow = field(default_factory=ReplayWindow)


@dataclass(eq=False)
class End:
    attempt: tuple[bytes, bytes] | None = None  # message 1 and its ephemeral secret
    held: dict[int, HeldKeys] = field(default_factory=dict)
    highest_order: int = 0


class ReadChannel:
    def __init__(self, given: dict[str, Any]) -> None:
        self.kind = Kind(given["kind"])
        self.id: str = given["id"]
        self.secret = bytes.fromhex(given["secret"])
        self.suite: int = given["suite"]
        self.contexts = {given["id"], *given["aliases"]}
        self.ends = {end["nodeId"]: End() for end in given["ends"]}
        self.requests: dict[bytes, tuple[str, bytes | None]] = {}

    def peer_of(self, node_id: str) -> str:
        return next(other for other in self.ends if other != node_id)

    def opened_by(self, initiator: str) -> noise.ChannelSecret:
        first, second = bytes.fromhex(initiator), bytes.fromhex(self.peer_of(initiator))
        return noise.ChannelSecret(self.kind, bytes.fromhex(self.id), self.secret, first, second, self.suite)


def read_sequence(given: dict[str, Any]) -> list[dict[str, Any]]:
    channels = [ReadChannel(channel) for channel in given["channels"]]
    return [_finding(channels, datagram) for datagram in given["datagrams"]]


def _finding(channels: list[ReadChannel], given: dict[str, Any]) -> dict[str, Any]:
    datagram = bytes.fromhex(given["bytes"])
    header = decode_header(datagram)
    channel = next(c for c in channels if header.context.hex() in c.contexts)
    finding = {
        "channel": channel.id,
        "kind": channel.kind.value,
        "type": header.type,
        "keyId": header.key_id,
        "sequence": str(header.sequence),
    }
    secret = bytes.fromhex(given["ephemeral"]) if "ephemeral" in given else None
    try:
        if header.type == Type.OPENING_REQUEST:
            _read_request(channel, given, header, datagram, secret)
        elif header.type == Type.OPENING_RESPONSE:
            _read_response(channel, given, datagram, secret)
        else:
            finding |= _read_sealed(channel, given, header, datagram)
    except Refused as refused:
        finding["refused"] = {"layer": refused.layer.value}
    return finding


def _read_request(
    channel: ReadChannel, given: dict[str, Any], header: Header, datagram: bytes, secret: bytes | None
) -> None:
    sender = channel.ends.get(given["from"])
    if sender is not None:
        channel.requests[datagram[2:28]] = (given["from"], secret)
        if sender.attempt is None or sender.attempt[0] != datagram:
            if all(keys.request != datagram for keys in sender.held.values()):
                sender.attempt = (datagram, secret or b"")
    receiver = channel.ends.get(given["to"])
    if receiver is None:
        return
    if any(keys.request == datagram and not keys.confirmed for keys in receiver.held.values()):
        return
    if channel.kind is not Kind.ASSOCIATION and header.sequence <= receiver.highest_order:
        raise Refused(Layer.ORDER)
    initiator = channel.peer_of(given["to"])
    noise.verify_request(channel.opened_by(initiator), datagram)


def _read_response(channel: ReadChannel, given: dict[str, Any], datagram: bytes, secret: bytes | None) -> None:
    responder = given["from"] if given["from"] in channel.ends else channel.peer_of(given["to"])
    initiator = channel.peer_of(responder)
    if any(keys.response == datagram for keys in channel.ends[initiator].held.values()):
        return  # taken before: it changes nothing (KEY-52)
    attempt = channel.ends[initiator].attempt
    if attempt is None:
        if given["to"] == initiator:
            raise Refused(Layer.HANDSHAKE)
        return
    request, own_secret = attempt
    of = channel.opened_by(initiator)
    if secret is not None:
        response, finished = noise.respond(of, request, (), lambda: secret)
        if response != datagram:
            raise Refused(Layer.HANDSHAKE)
    else:
        finished = noise.finish(of, request, own_secret, datagram)
    keys = finished.keys
    order = int.from_bytes(request[20:28], "big")
    if given["from"] == responder and keys.key_id not in channel.ends[responder].held:
        receiving = SealingKey(channel.suite, keys.initiator_key)
        channel.ends[responder].held[keys.key_id] = HeldKeys(receiving, request, order, next_moment(), datagram)
    if given["to"] == initiator:
        receiving = SealingKey(channel.suite, keys.responder_key)
        channel.ends[initiator].held[keys.key_id] = HeldKeys(receiving, request, order, next_moment(), datagram)
        channel.ends[initiator].attempt = None


def _read_sealed(channel: ReadChannel, given: dict[str, Any], header: Header, datagram: bytes) -> dict[str, Any]:
    relayed = given["to"] not in channel.ends
    receiver = channel.ends[channel.peer_of(given["from"]) if relayed else given["to"]]
    held = receiver.held.get(header.key_id)
    if held is None:
        raise Refused(Layer.KEY_ID)
    plaintext = held.receiving.open(header, datagram)
    if not relayed:
        if not held.window.accept(header.sequence):
            raise Refused(Layer.REPLAY)
        held.confirmed = True
        receiver.highest_order = max(receiver.highest_order, held.order)
    if header.type == Type.DATA:
        return {"payload": plaintext.hex()}
    body, facts = read_body(plaintext)
    check_body(header.type, body, facts, is_request(header.type, body))
    return {"body": diagnostic(cbor.decode(plaintext))}


def diagnostic(value: cbor.Value) -> str:
    """RFC 8949, 8, on one line."""
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, list):
        return f"[{', '.join(map(diagnostic, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{diagnostic(key)}: {diagnostic(item)}" for key, item in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
