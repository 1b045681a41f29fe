"""Bodies: which keys a message has, of which type, and what fails a schema (sections 6.1, 6.3 and 6.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import cbor
from .registry import FIRST_CRITICAL_KEY, REQUESTS, Key, Layer, Refused, RelayKind, Status, Type

Body = dict[int, Any]
Check = Callable[[Any], bool]

LARGEST_INTEGER = 2**32 - 1
LARGEST_LIFETIME = 86400
BODY_DEPTH = 8
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_MAPPED = bytes(10) + b"\xff\xff"


def is_uint(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER


def _between(low: int, high: int) -> Check:
    return lambda value: is_uint(value) and low <= value <= high


def _bytes(size: int | None = None) -> Check:
    return lambda value: isinstance(value, bytes) and (size is None or len(value) == size)


def is_address(value: Any) -> bool:
    return isinstance(value, bytes) and (len(value) == 4 or (len(value) == 16 and not value.startswith(_MAPPED)))


def is_endpoint(value: Any) -> bool:
    return isinstance(value, bytes) and is_address(value[:-2]) and value[-2:] != b"\0\0"


def is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 253 and _NAME.fullmatch(value) is not None


def _is_true(value: Any) -> bool:
    return value is True


def _list(item: Check, low: int = 0, high: int | None = None, one_a_family: bool = False) -> Check:
    def check(value: Any) -> bool:
        if not isinstance(value, list) or len(value) < low or (high is not None and len(value) > high):
            return False
        if not all(item(entry) for entry in value):
            return False
        return not one_a_family or len({len(entry) for entry in value}) == len(value)

    return check


def _families(value: Any) -> bool:
    return _list(lambda entry: is_uint(entry) and entry in (4, 6), 0, 2)(value) and len(set(value)) == len(value)


@dataclass(frozen=True)
class Form:
    """The keys that one form of a body, or an inner map, has to have and may have."""

    required: frozenset[int]
    optional: frozenset[int] = frozenset()

    @property
    def listed(self) -> frozenset[int]:
        return self.required | self.optional


def _form(required: tuple[int, ...], optional: tuple[int, ...] = ()) -> Form:
    return Form(frozenset(int(k) for k in required), frozenset(int(k) for k in optional))


INNER_FORMS: dict[int, Form] = {
    Key.PEER: _form((Key.NODE_ID,), (Key.INSTANCE, Key.FQDN, Key.VIRTUAL_ADDRESSES)),
    Key.RELAY: _form((Key.KIND, Key.NODE_ID, Key.ENDPOINTS), (Key.LEG,)),
    Key.LEG: _form((Key.LEG_ID, Key.LEG_SECRET)),
    Key.LEGS: _form((Key.NODE_ID, Key.LEG_ID, Key.LEG_SECRET)),
}


def _inner(key: int) -> Check:
    return lambda value: (
        isinstance(value, dict) and INNER_FORMS[key].required <= value.keys() and has_registered_types(value)
    )


KEY_TYPES: dict[int, Check] = {
    Key.TRANSACTION: _bytes(8),
    Key.STATUS: is_uint,
    Key.PADDING: _bytes(),
    Key.FQDN: is_name,
    Key.NODE_ID: _bytes(16),
    Key.INSTANCE: _bytes(8),
    Key.LOCAL_ENDPOINTS: _list(is_endpoint, 0, 8),
    Key.FEATURES: _list(is_uint),
    Key.SUITES: _list(is_uint, 1),
    Key.LIFETIME: is_uint,
    Key.VIRTUAL_ADDRESSES: _list(is_address, 0, 2, one_a_family=True),
    Key.OBSERVED_ENDPOINT: is_endpoint,
    Key.KEEP_ALIVE: _between(1, 25),
    Key.ALIASES: _list(_bytes(16), 0, 4),
    Key.PEER_FQDN: is_name,
    Key.PEER_ADDRESS: is_address,
    Key.WANT: is_uint,
    Key.REPLACES: _bytes(16),
    Key.REASON: is_uint,
    Key.PATH_ID: _bytes(16),
    Key.PATH_SECRET: _bytes(32),
    Key.SUITE: is_uint,
    Key.PART: _between(1, 3),
    Key.PEER: _inner(Key.PEER),
    Key.CANDIDATES: _list(is_endpoint, 0, 8),
    Key.RELAY: _inner(Key.RELAY),
    Key.KIND: is_uint,
    Key.ENDPOINTS: _list(is_endpoint, 1, 8),
    Key.LEG_ID: _bytes(16),
    Key.LEG_SECRET: _bytes(32),
    Key.PEER_VIRTUAL_ADDRESS: is_address,
    Key.LENT_ADDRESS: is_address,
    Key.FOR_FQDN: is_name,
    Key.OBSERVED_ENDPOINTS: _list(is_endpoint, 0, 2, one_a_family=True),
    Key.NATTED_FAMILIES: _families,
    Key.LEG: _inner(Key.LEG),
    Key.LEGS: _list(_inner(Key.LEGS), 2, 2),
    Key.WITHDRAW: _is_true,
    Key.ALLOCATED_ADDRESS: is_address,
    Key.KINDS: _list(is_uint, 1),
    Key.CAPACITY: is_uint,
    Key.POOL: _list(is_address),
    Key.ROUTE: _between(1, 2),
    Key.CLOSE: _is_true,
    Key.DC_ENDPOINTS: _list(is_endpoint, 1, 8),
}


def has_registered_types(fields: dict[int, Any]) -> bool:
    """GEN-22: a key of the registry has its one type wherever it stands."""
    return all(key not in KEY_TYPES or KEY_TYPES[key](value) for key, value in fields.items())


def has_critical_key(fields: dict[int, Any]) -> bool:
    """GEN-07: an unknown key from 0x8000 up, in the body or in an inner map."""
    for key, value in fields.items():
        if key >= FIRST_CRITICAL_KEY:
            return True
        if key in (Key.PEER, Key.RELAY, Key.LEG) and isinstance(value, dict) and has_critical_key(value):
            return True
        if key == Key.LEGS and isinstance(value, list):
            if any(isinstance(item, dict) and has_critical_key(item) for item in value):
                return True
    return False


_T, _S = Key.TRANSACTION, Key.STATUS
REFUSAL = _form((_T, _S))
_ROUTE_ORDER = _form(
    (_T, Key.PATH_ID, Key.PATH_SECRET, Key.SUITE, Key.PART, Key.LIFETIME),
    (Key.PEER, Key.CANDIDATES, Key.RELAY, Key.PEER_VIRTUAL_ADDRESS, Key.PEER_ADDRESS, Key.LENT_ADDRESS)
    + (Key.REPLACES, Key.FOR_FQDN, _S),
)
_WITHDRAWAL = _form((_T, Key.PATH_ID, Key.WITHDRAW))
_DIRECTION_S = _form((_T, Key.PATH_ID, Key.KIND, Key.LEGS, Key.LIFETIME))
_DIRECTION_NT = _form(
    (_T, Key.PATH_ID, Key.KIND, Key.LIFETIME, Key.NODE_ID, Key.PATH_SECRET, Key.SUITE, Key.VIRTUAL_ADDRESSES),
    (Key.PEER_ADDRESS, Key.PEER_VIRTUAL_ADDRESS, Key.REPLACES),
)
_DIRECTION_OTHER = _form((_T, Key.PATH_ID, Key.KIND))
_NODE_INFORMATION = (Key.NODE_ID, Key.INSTANCE, Key.LOCAL_ENDPOINTS, Key.FEATURES, Key.SUITES) + (
    Key.VIRTUAL_ADDRESSES,
    Key.OBSERVED_ENDPOINTS,
    Key.NATTED_FAMILIES,
)

FORMS: dict[int, Form] = {
    Type.REGISTRATION_REQUEST: _form(
        (_T, Key.FQDN, Key.NODE_ID, Key.INSTANCE, Key.LOCAL_ENDPOINTS, Key.FEATURES, Key.SUITES, Key.LIFETIME)
    ),
    Type.REGISTRATION_RESPONSE: _form(
        (_T, _S, Key.LIFETIME, Key.VIRTUAL_ADDRESSES, Key.OBSERVED_ENDPOINT, Key.KEEP_ALIVE), (Key.ALIASES,)
    ),
    Type.DIRECTION_REQUEST: _form((_T,), (Key.PEER_FQDN, Key.PEER_ADDRESS, Key.WANT, Key.REPLACES, Key.REASON)),
    Type.ROUTE_DIRECTION: _ROUTE_ORDER,
    Type.NODE_INFORMATION_REQUEST: _form((_T, Key.FQDN)),
    Type.NODE_INFORMATION_RESPONSE: _form((_T, _S) + _NODE_INFORMATION),
    Type.DIRECTION_RESPONSE: _form((_T, _S), (Key.ENDPOINTS, Key.ALLOCATED_ADDRESS)),
    Type.RELAY_REGISTRATION_REQUEST: _form((_T, Key.INSTANCE, Key.SUITES, Key.ENDPOINTS, Key.KINDS, Key.CAPACITY)),
    Type.RELAY_REGISTRATION_RESPONSE: _form((_T, _S, Key.LIFETIME), (Key.POOL,)),
    # padding is listed there in 6.3.7, but ignored like all of it
    Type.TUNNEL_REQUEST: _form((_T,), (Key.PADDING,)),
    Type.TUNNEL_RESPONSE: _form((_T, _S, Key.OBSERVED_ENDPOINT)),
    Type.PATH_UPDATE: _form((_T,), (Key.CANDIDATES, Key.ROUTE, Key.CLOSE)),
    Type.ACKNOWLEDGEMENT: _form((_T, _S)),
}


def is_request(message: int, body: Body) -> bool:
    """GEN-47: a Route Direction is an answer if it has key 1, of whatever type."""
    if message == Type.ROUTE_DIRECTION:
        return Key.STATUS not in body
    return message in REQUESTS


def _is_refusal(body: Body) -> bool:
    return is_uint(body.get(Key.STATUS)) and body[Key.STATUS] != 0


def form_of(message: int, body: Body) -> Form | None:
    """The form of a body whose keys have their types; None where it can have none."""
    if message == Type.RELAY_DIRECTION:
        if Key.WITHDRAW in body:
            return _WITHDRAWAL
        if Key.KIND not in body:
            return None
        kind = body[Key.KIND]
        if kind == RelayKind.RS_S:
            return _DIRECTION_S
        return _DIRECTION_NT if kind in (RelayKind.RS_N, RelayKind.RS_T) else _DIRECTION_OTHER
    if not is_request(message, body) and _is_refusal(body):
        return REFUSAL
    return FORMS[message]


def _lifetime_fails(form: Form, message: int, body: Body) -> bool:
    bounded = form in (_DIRECTION_S, _DIRECTION_NT, _ROUTE_ORDER) or (
        message == Type.RELAY_REGISTRATION_RESPONSE and form is not REFUSAL
    )
    return bounded and not 1 <= body[Key.LIFETIME] <= LARGEST_LIFETIME


def _direction_request_fails(body: Body) -> bool:
    """DC-31."""
    name, address, want = Key.PEER_FQDN in body, Key.PEER_ADDRESS in body, body.get(Key.WANT)
    return (
        (name and address)
        or (address and want == RelayKind.RS_S)
        or (not name and not address and want in (RelayKind.RS_S, RelayKind.RS_N))
        or (Key.REPLACES in body) != (Key.REASON in body)
    )


def _route_direction_fails(body: Body) -> bool:
    """GEN-45."""
    relay = body.get(Key.RELAY)
    if relay is None:
        return Key.PEER not in body
    kind = relay[Key.KIND]
    if kind == RelayKind.RS_S:
        return Key.PEER not in body or Key.LEG not in relay
    return kind in (RelayKind.RS_N, RelayKind.RS_T) and Key.LEG in relay


def _relay_direction_s_fails(body: Body) -> bool:
    """RSS-04, RSS-13."""
    a, b = body[Key.LEGS]
    return (
        Key.PATH_SECRET in body
        or any(a[key] == b[key] for key in (Key.NODE_ID, Key.LEG_ID, Key.LEG_SECRET))
        or body[Key.PATH_ID] in (a[Key.LEG_ID], b[Key.LEG_ID])
    )


def _rules_fail(form: Form, message: int, body: Body) -> bool:
    if _lifetime_fails(form, message, body):
        return True
    if message == Type.DIRECTION_REQUEST:
        return _direction_request_fails(body)
    if form is _ROUTE_ORDER:
        return _route_direction_fails(body)
    return form is _DIRECTION_S and _relay_direction_s_fails(body)


def read_body(encoded: bytes) -> tuple[Body, cbor.Scan]:
    """The map of a body, as far as it can be read: layer `encoding` (GEN-08)."""
    try:
        facts = cbor.scan(encoded)
    except cbor.NotDeterministic as error:
        raise Refused(Layer.ENCODING) from error
    major, _, _, at = cbor.head_at(encoded, 0)
    if major != 5 or encoded[at : at + 2] != b"\x00\x48":
        raise Refused(Layer.ENCODING)
    if not (facts.forbidden or facts.depth > BODY_DEPTH):
        return cbor.decode(encoded), facts
    at += 2
    body: Body = {Key.TRANSACTION: encoded[at : at + 8]}
    if encoded[at + 8 : at + 9] == b"\x01":  # what cannot be decoded may be an answer all the same (GEN-47)
        body[Key.STATUS] = None
    return body, facts


def check_body(message: int, body: Body, facts: cbor.Scan, request: bool) -> Form:
    """Layer `schema` (GEN-44), in the order of GEN-46."""

    def refuse(status: Status) -> Refused:
        return Refused(Layer.SCHEMA, status if request else None)

    if facts.forbidden or facts.depth > BODY_DEPTH:
        raise refuse(Status.MALFORMED)
    if has_critical_key(body):
        raise refuse(Status.UNSUPPORTED)
    if not has_registered_types(body):
        raise refuse(Status.MALFORMED)
    form = form_of(message, body)
    if form is None or not form.required <= body.keys() or _rules_fail(form, message, body):
        raise refuse(Status.MALFORMED)
    return form


def _listed(value: Any, form: Form) -> dict[int, Any]:
    return {key: _listed_value(key, item) for key, item in value.items() if key in form.listed}


def _listed_value(key: int, value: Any) -> Any:
    if key == Key.LEGS:
        return [_listed(item, INNER_FORMS[Key.LEGS]) for item in value]
    return _listed(value, INNER_FORMS[key]) if key in INNER_FORMS else value


def content(body: Body, form: Form) -> Body:
    """The keys that are listed for this form, in inner maps too: everything else is ignored."""
    return _listed(body, form)


def decode_body(message: int, encoded: bytes) -> Body:
    """The content of a body that stands alone: layers `encoding` and `schema`."""
    body, facts = read_body(encoded)
    return content(body, check_body(message, body, facts, is_request(message, body)))
