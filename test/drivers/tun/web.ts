import { spawn } from 'node:child_process';
import type { T } from '../../tap.ts';

/** Answers each request with the address that it came from. */
const SERVER = `
import http.server, socket, sys
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
    def server_bind(self):
        if ':' in sys.argv[1]:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.client_address[0].encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
Server((sys.argv[1], 80), Handler).serve_forever()
`;

/** Runs a web server in a namespace, at port 80 of an address or of any of a family, until the test ends. */
export function serveWeb(t: T, space: string, address: string): void {
  const command = ['netns', 'exec', space, 'python3', '-c', SERVER, address];
  const child = spawn('ip', command, { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
}
