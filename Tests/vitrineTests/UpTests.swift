// The built executable, `vitrine up`, as a process of its own:
// 1. It prints its address, and a search answers there.
// 2. A title and a price changed by SQL in its private Postgres are found by the next searches.
// 3. SIGINT ends it with exit code 0 and leaves no process; a second start fills nothing anew and keeps the data, and so
//    does one after the process was killed.
// 4. A taken port is one clear line and exit code 1, and leaves no process.
// 5. A state folder that cannot be made is one clear line and exit code 1.
import Configuration
import Foundation
import Glibc
import JSON
import LocalServices
import PostgresStore
import Testing
import Threading

@Suite(.enabled(if: UpProcess.executable != nil, "the executable is not beside the tests: run `swift build`"))
struct UpTests {
  @Test("1, 2, 3: from the first start to the second", .timeLimit(.minutes(10)))
  func life() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let first = try UpProcess(folder: folder, ["--http-port", "0"])
    defer { first.kill() }
    let port = try await first.port()
    let found = try await search("red+dress", port: port)
    #expect(found.first?["title"]?.string?.contains("Red") == true, "\(found.count) products")
    #expect(try first.standardError().contains("filled the empty catalog"))

    let settings = try #require(LocalPostgres.running(in: folder.path + "/postgres", database: "vitrine"))
    let pool = PostgresPool(settings)
    let id = Int64(try #require(found.first?["id"]?.string))!
    try await pool.execute("UPDATE catalog.product SET title = 'Quixotic gown' WHERE id = \(id)")
    try await pool.execute(
      """
      UPDATE pricing.price SET amount_minor_units = 4321, was_minor_units = NULL
      FROM catalog.variant v WHERE v.id = price.variant_id AND v.product_id = \(id)
      """)
    await pool.close()
    try await until("the change is found") {
      let products = try await search("quixotic+gown", port: port)
      return products.first?["id"]?.string == String(id) && products.first?["price"]?["minor_units"] == 4321
    }
    try await until("the filter finds the new price") {
      try await search("quixotic&price_min=43.21&price_max=43.21", port: port).count == 1
    }

    first.interrupt()
    #expect(try await first.exitStatus() == 0)
    #expect(folder.processes() == [])

    let second = try UpProcess(folder: folder, ["--http-port", "0"])
    defer { second.kill() }
    let secondPort = try await second.port()
    #expect(try await search("quixotic+gown", port: secondPort).first?["price"]?["minor_units"] == 4321)
    let said = try second.standardError()
    #expect(!said.contains("filled the empty catalog") && !said.contains("migrated"), "\(said)")

    second.kill()
    _ = try await second.exitStatus()
    let third = try UpProcess(folder: folder, ["--http-port", "0"])
    defer { third.kill() }
    let thirdPort = try await third.port()
    #expect(try await search("quixotic+gown", port: thirdPort).first?["price"]?["minor_units"] == 4321)
    third.interrupt()
    #expect(try await third.exitStatus() == 0)
    #expect(folder.processes() == [])
  }

  @Test("4: a taken port", .timeLimit(.minutes(10)))
  func takenPort() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let (descriptor, port) = try listeningSocket()
    defer { close(descriptor) }
    let process = try UpProcess(folder: folder, ["--http-port", String(port)])
    defer { process.kill() }
    #expect(try await process.exitStatus() == 1)
    let lines = try process.standardError().split(separator: "\n")
    #expect(lines.count == 1 && lines.first?.contains("port \(port)") == true, "\(lines)")
    #expect(try process.standardOutput().isEmpty)
    #expect(folder.processes() == [])
  }

  @Test("5: no place for the state", .timeLimit(.minutes(10)))
  func noFolder() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    let process = try UpProcess(folder: folder, ["--http-port", "0"], stateFolder: folder.path + "/file/state")
    defer { process.kill() }
    #expect(try await process.exitStatus() == 1)
    let lines = try process.standardError().split(separator: "\n")
    #expect(lines.count == 1 && lines.first?.contains(folder.path + "/file/state") == true, "\(lines)")
    #expect(folder.processes() == [])
  }

  private func search(_ query: String, port: Int) async throws -> [JSONValue] {
    let text = try await onOwnThread { () throws(UpFailure) in try get("/v1/search?q=\(query)", port: port) }
    return try JSONValue(parsing: Array(text.utf8))["products"]?.array ?? []
  }
}

private struct UpFailure: Error, CustomStringConvertible {
  let description: String
}

/// Waits until the condition holds; a busy machine takes a small part of the time.
private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(180)
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw UpFailure(description: "it never came that \(what)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}

/// A folder under /tmp that servers of another account may enter.
private struct StateFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/vitrine-up-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw UpFailure(description: "no folder under /tmp: errno \(errno)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o755)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }  // A rest under /tmp hurts nobody.

  /// The processes that work in the folder: a Postgres that was left behind.
  func processes() -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.filter { entry in
      // One that ends meanwhile, or another account's, has no folder that we could read.
      let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(entry)/cwd")
      return folder?.hasPrefix(path) == true
    }
  }
}

/// A running `vitrine up`, whose output goes to files.
private struct UpProcess {
  /// The executable beside the test bundle.
  static let executable: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: own).deletingLastPathComponent().path
    let candidates: [String] = [beside + "/vitrine", root + "/.build/debug/vitrine"]
    return candidates.first { access($0, X_OK) == 0 }
  }()

  private let process = Process()
  private let out: String
  private let err: String

  init(folder: StateFolder, _ arguments: [String], stateFolder: String? = nil) throws {
    out = folder.path + "/\(UUID()).out"
    err = folder.path + "/\(UUID()).err"
    for file in [out, err] { try Data().write(to: URL(fileURLWithPath: file)) }
    process.executableURL = URL(fileURLWithPath: try #require(Self.executable))
    process.arguments = ["up", "--state-folder", stateFolder ?? folder.path] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    try process.run()
  }

  func standardOutput() throws -> String { try String(contentsOfFile: out, encoding: .utf8) }
  func standardError() throws -> String { try String(contentsOfFile: err, encoding: .utf8) }
  func interrupt() { Glibc.kill(process.processIdentifier, SIGINT) }

  /// Ends it without a warning; the last resort, too, of a test that failed.
  func kill() { if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) } }

  func exitStatus() async throws -> Int32 {
    try await until("the process ends") { !process.isRunning }
    return process.terminationStatus
  }

  /// The port of the address that it printed.
  func port() async throws -> Int {
    var port: Int?
    try await until("the address is printed") {
      if !process.isRunning { throw UpFailure(description: "it ended: \(try standardError())") }
      let said = try standardOutput()
      port = said.firstRange(of: "open at http://127.0.0.1:").flatMap {
        Int(said[$0.upperBound...].prefix { $0.isNumber })
      }
      return port != nil
    }
    return try #require(port)
  }
}

private func loopback(_ port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return address
}

private func withSocketAddress<Result>(
  _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
  withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
}

/// A socket that takes a port that was free.
private func listeningSocket() throws -> (descriptor: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  var address = loopback(0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  guard withSocketAddress(&address, { bind(descriptor, $0, length) }) == 0, listen(descriptor, 1) == 0,
    withSocketAddress(&address, { getsockname(descriptor, $0, &length) }) == 0
  else { throw UpFailure(description: "no port could be taken: errno \(errno)") }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

/// The body of an answer of 200.
private func get(_ target: String, port: Int) throws(UpFailure) -> String {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  var time = timeval(tv_sec: 120, tv_usec: 0)
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  var address = loopback(port)
  let status = withSocketAddress(&address) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  let request = Array("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
  guard status == 0, send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
    throw UpFailure(description: "port \(port) takes no request: errno \(errno)")
  }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { bytes += buffer[..<count] }
  let text = String(decoding: bytes, as: UTF8.self)
  guard text.hasPrefix("HTTP/1.1 200"), let end = text.firstRange(of: "\r\n\r\n") else {
    throw UpFailure(description: "\(target) answered: \(text.prefix(200))")
  }
  return String(text[end.upperBound...])
}
