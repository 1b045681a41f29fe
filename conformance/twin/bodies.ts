import type { CborMap } from './cbor.ts';
import { get } from './cbor.ts';
import type { BodyName } from './registry.ts';

/** Which body of ntmobile.cddl a body of this type has to be; its values have their types already. */
export function bodyName(type: number, body: CborMap): BodyName | undefined {
  const status = get(body, 1);
  const isOk = status?.kind === 'uint' && status.value === 0n;
  const answer = (ok: BodyName): BodyName | undefined => {
    if (status === undefined) return undefined;
    return isOk ? ok : 'refusal';
  };
  switch (type) {
    case 0x01:
      return 'registration-request';
    case 0x02:
      return answer('registration-response-ok');
    case 0x03:
      return 'direction-request';
    case 0x04:
      return status === undefined || isOk ? 'route-direction-order' : 'refusal';
    case 0x05:
      return 'node-information-request';
    case 0x06:
      return answer('node-information-response-ok');
    case 0x07:
      return relayDirectionName(body);
    case 0x08:
      return answer('direction-response-ok');
    case 0x09:
      return 'relay-registration-request';
    case 0x0a:
      return answer('relay-registration-response-ok');
    case 0x0d:
      return 'tunnel-request';
    case 0x0e:
      return answer('tunnel-response-ok');
    case 0x0f:
      return 'path-update';
    case 0x11:
      return answer('acknowledgement-ok');
    default:
      return undefined;
  }
}

/** With key 37 a withdrawal whatever else it has (6.3.5); else by its kind. */
function relayDirectionName(body: CborMap): BodyName | undefined {
  if (get(body, 37) !== undefined) return 'relay-direction-withdraw';
  const kind = get(body, 26);
  if (kind?.kind !== 'uint') return undefined;
  if (kind.value === 1n) return 'relay-direction-s';
  return kind.value === 2n || kind.value === 3n ? 'relay-direction-nt' : 'relay-direction-other';
}
