import Foundation
import Glibc
import Testing

/// An HTTPS server that answers every request with `countAnswer`, in its own process; ends with `stop`.
final class TLSServer {
  struct Options {
    var certificate = "server"
    /// The authority that must have signed clients' certificates; nil asks for none.
    var clientAuthority: String?
    var version = "TLSv1_3"
  }

  /// The reason why no server can run here; nil if one can.
  static var absence: String? {
    let programs: [String] = ["/usr/bin/openssl", "/usr/bin/python3"]
    return programs.first { access($0, X_OK) != 0 }.map { "no TLS server: \($0) is missing" }
  }

  /// Prints its port, then a line for each request that arrives.
  private static let script = """
    import http.server, ssl, sys
    folder, certificate, authority, version, body = sys.argv[1:]
    class Handler(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"
      def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        print(self.path, flush=True)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
      def log_message(self, *arguments): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.load_cert_chain(f"{folder}/{certificate}.pem", f"{folder}/{certificate}.key")
    if authority:
      context.load_verify_locations(f"{folder}/{authority}.pem")
      context.verify_mode = ssl.CERT_REQUIRED
    # The handshake is the connection's thread's business.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_port, flush=True)
    server.serve_forever()
    """

  let port: Int
  private let process = Process()
  private let output: String

  init(_ certificates: TestCertificates, _ options: Options = Options()) throws {
    output = certificates.folder + "/\(UUID()).out"
    try Data().write(to: URL(fileURLWithPath: output))
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c", Self.script, certificates.folder, options.certificate, options.clientAuthority ?? "", options.version,
      countAnswer,
    ]
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    var lines: [Substring] = []
    let end = ContinuousClock.now + ample
    while lines.isEmpty {
      try #require(process.isRunning && ContinuousClock.now < end, "the TLS server did not start")
      usleep(10_000)
      lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    }
    port = try #require(Int(lines[0]))
  }

  /// The paths of the requests that arrived.
  func requests() throws -> [String] {
    try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").dropFirst().map(String.init)
  }

  func stop() {
    // Not SIGTERM: the process inherits a mask that blocks it.
    kill(process.processIdentifier, SIGKILL)
    while process.isRunning { usleep(5_000) }
  }
}

/// Two authorities and the certificates that they signed, in their own folder; `remove` deletes it.
struct TestCertificates {
  let folder: String

  /// `authority` signed `server` and `client`, and servers with another name and another time; `stranger` signed
  /// `strange-client`.
  private static let script = """
    set -eu
    cd "$1"
    key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
    authority() { key "$1"; openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 2 -out "$1.pem"; }
    signed() { # name, authority, days, subjectAltName
      key "$1"
      openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
      printf 'subjectAltName=%s' "$4" > "$1.ext"
      openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" -extfile "$1.ext" \
        -out "$1.pem"
    }
    authority authority
    authority stranger
    signed server authority 2 IP:127.0.0.1
    signed misnamed authority 2 DNS:search.example
    signed expired authority -1 IP:127.0.0.1
    signed client authority 2 DNS:shop
    signed strange-client stranger 2 DNS:shop
    """

  init() throws {
    var template = Array("/tmp/vitrine-tls-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", Self.script, "certificates", folder]
    let errors = folder + "/errors"
    try Data().write(to: URL(fileURLWithPath: errors))
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning { usleep(5_000) }
    try #require(process.terminationStatus == 0, "\((try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")")
  }

  subscript(file: String) -> String { folder + "/" + file }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }  // A leftover under /tmp does no harm.
}
