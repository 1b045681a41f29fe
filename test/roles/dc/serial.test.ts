/** The serial of a DC's zones over many changes and restarts. [DNS-23] */
import { Ledger } from '../../../reference/roles/dc/ledger.ts';
import { SERIAL_KEY, Serial } from '../../../reference/roles/dc/names/serial.ts';
import t from '../../tap.ts';

const MIDDLE = 2 ** 31;

/** A store that a serial writes to. */
class Store {
  value: Uint8Array | undefined;
  private readonly ledger = new Ledger(() => 1);

  serial(seconds: number): Serial {
    const serial = new Serial(this.ledger);
    serial.start(this.value, 1000 * seconds);
    this.sync();
    return serial;
  }

  /** What was to be stored is. */
  sync(): void {
    const effect = this.ledger.take();
    if (effect?.kind === 'persist')
      for (const [key, value] of effect.changes) if (key === SERIAL_KEY) this.value = value;
  }
}

t.test('it begins with the time of day, and goes on behind what was used', (t) => {
  const store = new Store();
  let serial = store.serial(1_800_000_000);
  t.equal(serial.value, 1_800_000_000);
  for (const changes of [1, 700, 2500]) {
    for (let change = 0; change < changes; change++) {
      serial.next();
      store.sync();
    }
    const last = serial.value;
    serial = store.serial(1_800_000_001);
    t.ok(serial.value > last, `${changes} changes`);
  }
  t.equal(store.serial(1_900_000_000).value, 1_900_000_000, 'long after');
});

t.test('it goes round as RFC 1982 has it', (t) => {
  const store = new Store();
  let serial = store.serial(2 ** 32 - 3);
  for (let change = 0; change < 5; change++) serial.next();
  t.equal(serial.value, 2);
  store.sync();
  serial = store.serial(2 ** 32 - 2);
  t.ok(serial.value > 2 && serial.value < MIDDLE);
});
