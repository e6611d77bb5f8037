// The built executable, `vitrine up`, as a separate process:
// 1. It prints its address, and a search answers there.
// 2. A title and a price changed by SQL in its private Postgres are found by the next searches.
// 3. SIGINT ends it with exit code 0 and leaves no process; a second start keeps the data and does not fill it again,
//    and so does a start after the process was killed.
// 4. A taken port is one clear line and exit code 1, and leaves no process.
// 5. A state folder that cannot be made is one clear line and exit code 1.
// 6. A private Postgres or Redis that is killed is started again, and said to be; a damaged file of Redis is set aside at the
//    next start, and said to be.
import Configuration
import Foundation
import Glibc
import JSON
import LocalServices
import PostgresClient
import TestSupport
import Testing
import Threading

@Suite(.enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"))
struct UpTests {
  @Test("1, 2, 3: from the first start to the second", .timeLimit(.minutes(10)))
  func life() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let first = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
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

    let second = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
    defer { second.kill() }
    let secondPort = try await second.port()
    #expect(try await search("quixotic+gown", port: secondPort).first?["price"]?["minor_units"] == 4321)
    let said = try second.standardError()
    #expect(!said.contains("filled the empty catalog") && !said.contains("migrated"), "\(said)")

    second.kill()
    _ = try await second.exitStatus()
    let third = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
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
    let process = try VitrineProcess.up(folder: folder, ["--http-port", String(port)])
    defer { process.kill() }
    #expect(try await process.exitStatus() == 1)
    let lines = try process.standardError().split(separator: "\n")
    #expect(lines.count == 1 && lines.first?.contains("port \(port)") == true, "\(lines)")
    #expect(try process.standardOutput().isEmpty)
    #expect(folder.processes() == [])
  }

  @Test("5: a state folder that cannot be made", .timeLimit(.minutes(10)))
  func noFolder() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    let process = try VitrineProcess.up(folder: folder, ["--http-port", "0"], stateFolder: folder.path + "/file/state")
    defer { process.kill() }
    #expect(try await process.exitStatus() == 1)
    let lines = try process.standardError().split(separator: "\n")
    #expect(lines.count == 1 && lines.first?.contains(folder.path + "/file/state") == true, "\(lines)")
    #expect(folder.processes() == [])
  }

  @Test("6: what it owns and what ends", .timeLimit(.minutes(10)))
  func ownServers() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let first = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
    defer { first.kill() }
    let port = try await first.port()
    func state(of check: String) async throws -> String? {
      // Not ready yet is a 503.
      guard
        let text = try? await HTTPClient(port: port).get("/readyz").text
      else { return nil }
      return try JSONValue(parsing: Array(text.utf8))["checks"]?[check]?.string
    }
    func processID(_ file: String) -> Int32? {
      let text = try? String(contentsOfFile: folder.path + file, encoding: .utf8)
      return text?.split(separator: "\n").first.flatMap { Int32($0) }
    }
    for (name, file) in [("redis", "/redis/redis.pid"), ("postgres", "/postgres/data/postmaster.pid")] {
      try await until("\(name) answers") { try await state(of: name) == "ok" }
      let process = try #require(processID(file))
      kill(process, SIGKILL)
      try await until("\(name) runs again") { processID(file).map { $0 != process } ?? false }
      try await until("\(name) answers again") { try await state(of: name) == "ok" }
    }
    let said = try first.standardError()
    for name in ["Postgres", "Redis"] { #expect(said.contains("started again") && said.contains(name), "\(said)") }
    #expect(try await search("red+dress", port: port).isEmpty == false)
    first.interrupt()
    #expect(try await first.exitStatus() == 0)

    let kept = folder.path + "/redis/appendonlydir"
    for file in try FileManager.default.contentsOfDirectory(atPath: kept) where !file.hasSuffix(".manifest") {
      try Data(repeating: 0xFF, count: 100).write(to: URL(fileURLWithPath: kept + "/" + file))
    }
    let second = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
    defer { second.kill() }
    #expect(try await search("red+dress", port: try await second.port()).isEmpty == false)
    let complaint = try second.standardError()
    #expect(complaint.contains("set aside"), "\(complaint)")
    second.interrupt()
    #expect(try await second.exitStatus() == 0)
    #expect(folder.processes() == [])
  }

  private func search(_ query: String, port: Int) async throws -> [JSONValue] {
    let text = try await HTTPClient(port: port).text("/v1/search?q=\(query)")
    return try JSONValue(parsing: Array(text.utf8))["products"]?.array ?? []
  }
}
