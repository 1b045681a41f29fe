"""The codec calls of the adapter contract: pure functions from a map to a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from . import cbor, noise
from .header import Header, decode_header
from .inner import inner_packet
from .registry import Kind, Layer, Refused
from .schema import decode_body
from .sealing import ReplayWindow, SealingKey

Fields = dict[str, Any]


def _header(fields: Fields) -> Header:
    return Header(fields["type"], fields["keyId"], fields["context"], fields["sequence"])


def _header_fields(header: Header) -> Fields:
    return {
        "type": header.type,
        "keyId": header.key_id,
        "context": header.context,
        "sequence": header.sequence,
    }


def _opening(fields: Fields) -> noise.ChannelSecret:
    names = ("channel", "secret", "initiator", "responder", "suite")
    return noise.ChannelSecret(Kind(fields["kind"]), *(fields[name] for name in names))


def _keys(keys: noise.Keys) -> Fields:
    return {"initiatorKey": keys.initiator_key, "responderKey": keys.responder_key, "keyId": keys.key_id}


def _finished(finished: noise.Finished) -> Fields:
    return {"hash": finished.hash, "k1": finished.k1, "k2": finished.k2, **_keys(finished.keys)}


def _decode_header(fields: Fields) -> Fields:
    return _header_fields(decode_header(fields["datagram"]))


def _encode_header(fields: Fields) -> Fields:
    return {"header": _header(fields).encode()}


def _decode_body(fields: Fields) -> Fields:
    return {"body": cbor.encode(decode_body(fields["type"], fields["body"]))}


def _encode_body(fields: Fields) -> Fields:
    """As `decode-body` of the same pairs: only what is listed is sent, and only what fits the schema."""
    encoded = cbor.encode_pairs([(cbor.encode(key), value) for key, value in fields["fields"]])
    return {"body": cbor.encode(decode_body(fields["type"], encoded))}


def _psk(fields: Fields) -> Fields:
    return {"psk": noise.derive_psk(Kind(fields["kind"]), fields["channel"], fields["secret"])}


def _derive_keys(fields: Fields) -> Fields:
    names = ("suite", "k1", "k2", "hash")
    return _keys(noise.derive_keys(Kind(fields["kind"]), *(fields[name] for name in names)))


def _open_initiate(fields: Fields) -> Fields:
    context, order, ephemeral = fields["context"], fields["order"], fields["ephemeral"]
    return {"datagram": noise.initiate(_opening(fields), context, order, ephemeral)}


def _open_respond(fields: Fields) -> Fields:
    ephemerals: list[bytes] = fields["ephemerals"]
    draw: Iterator[bytes] = iter(ephemerals)
    datagram, finished = noise.respond(
        _opening(fields), fields["request"], fields.get("held", ()), lambda: next(draw), len(ephemerals)
    )
    return {"datagram": datagram, **_finished(finished)}


def _open_finish(fields: Fields) -> Fields:
    request, ephemeral, response = fields["request"], fields["ephemeral"], fields["response"]
    return _finished(noise.finish(_opening(fields), request, ephemeral, response, fields.get("held", ())))


def _seal(fields: Fields) -> Fields:
    return {"datagram": SealingKey(fields["suite"], fields["key"]).seal(_header(fields), fields["plaintext"])}


def _open(fields: Fields) -> Fields:
    header = decode_header(fields["datagram"])
    plaintext = SealingKey(fields["suite"], fields["key"]).open(header, fields["datagram"])
    return {**_header_fields(header), "plaintext": plaintext}


def _replay(fields: Fields) -> Fields:
    window = ReplayWindow()
    return {"accepted": [window.accept(sequence) for sequence in fields["sequences"]], "width": window.width}


def _data(fields: Fields) -> Fields:
    return {"packet": inner_packet(fields["payload"], fields["peer"], fields["own"])}


CALLS: dict[str, Callable[[Fields], Fields]] = {
    "decode-header": _decode_header,
    "encode-header": _encode_header,
    "decode-body": _decode_body,
    "encode-body": _encode_body,
    "psk": _psk,
    "keys": _derive_keys,
    "open-initiate": _open_initiate,
    "open-respond": _open_respond,
    "open-finish": _open_finish,
    "seal": _seal,
    "open": _open,
    "replay": _replay,
    "data": _data,
}


def call(name: str, fields: Fields) -> Fields:
    """The result of a codec call. What the protocol drops is a result too."""
    try:
        return CALLS[name](fields)
    except noise.Unusable as unusable:
        return {"unusable": unusable.key_id}
    except Refused as refused:
        result: Fields = {"layer": refused.layer.value}
        if refused.layer is Layer.SCHEMA and refused.status is not None:
            result["status"] = int(refused.status)
        return result
