/** An interactive session by TCP, as of ssh: a line and its answer, then a while to think; each byte is checked. */
import type { Ground } from './ground.ts';
import type { Program } from './program.ts';

/** Answers each line with it reversed, and a hash of all lines so far. */
const SERVER = `
import hashlib, socket, socketserver
class Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True
class Shell(socketserver.StreamRequestHandler):
    def handle(self):
        seen = hashlib.sha256()
        for line in self.rfile:
            seen.update(line)
            self.wfile.write(line.strip()[::-1] + b' ' + seen.hexdigest().encode() + b'\\n')
server = Server(('::', 2222), Shell)
print('ready', flush=True)
server.serve_forever()
`;

/** Prints for each answer when the line was sent and when the answer came, in milliseconds since 1970. */
const CLIENT = `
import hashlib, os, random, signal, socket, sys, time
over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(True))
def find():
    for tries in range(5):
        try:
            return socket.getaddrinfo(sys.argv[1], 2222, socket.AF_INET6, socket.SOCK_STREAM)[0][4]
        except socket.gaierror:
            time.sleep(1)
    sys.exit('the name is not found')
s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
s.connect(find())
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
answers = s.makefile('rb')
sent, count = hashlib.sha256(), 0
while not over:
    line = os.urandom(random.randint(1, 40)).hex().encode()
    sent.update(line + b'\\n')
    began = time.time()
    s.sendall(line + b'\\n')
    answer = answers.readline()
    if answer != line[::-1] + b' ' + sent.hexdigest().encode() + b'\\n':
        sys.exit(f'wrong after {count} answers: {answer!r}')
    count += 1
    print(f'answer {1000 * began:.0f} {1000 * time.time():.0f}', flush=True)
    time.sleep(random.uniform(0.02, 0.25))
print(f'all right: {count} answers', flush=True)
`;

/** Starts the server of sessions on a host. */
export async function startShell(ground: Ground, host: string): Promise<void> {
  const program = ground.start(host, ['python3', '-c', SERVER], `shell-${host}`);
  await program.found(/^ready$/m);
}

export class Session {
  readonly program: Program;

  constructor(ground: Ground, from: string, name: string) {
    this.program = ground.start(from, ['python3', '-c', CLIENT, name], `session-${from}`);
  }

  /** Answers so far, when each line was sent and when its answer came. */
  answers(): readonly { readonly sent: number; readonly came: number }[] {
    return [...this.program.text.matchAll(/^answer (\d+) (\d+)$/gm)].map(([, sent, came]) => ({
      sent: Number(sent),
      came: Number(came),
    }));
  }

  /** The longest that an answer took that came after an instant, in milliseconds; undefined: none has come. */
  longest(since: number): number | undefined {
    const later = this.answers().filter(({ came }) => came > since);
    return later.length === 0 ? undefined : Math.max(...later.map(({ sent, came }) => came - sent));
  }

  /** Ends it; what it found of all answers. */
  async end(): Promise<string> {
    await this.program.stop();
    return this.program.text.trim().split('\n').at(-1) ?? '';
  }
}
