import Foundation
import LocalServices
import PostgresClient
import PostgresStore

/// The database's schema as it is after all migrations, `docs/reference/schema.sql`.
enum SchemaReference {
  /// pg_dump failed or is not there.
  struct DumpFailed: Error, CustomStringConvertible {
    let reason: String
    var description: String { "pg_dump: \(reason); it comes with Debian's postgresql" }
  }

  /// The major version whose dump the page holds; others arrange a dump differently.
  static let majorVersion = 15

  /// Migrates a database on a temporary server and dumps it.
  static func sql() async throws -> String {
    let server = try await LocalPostgres.startTemporary()
    do {
      let settings = try await server.makeDatabase(named: "reference")
      let pool = PostgresPool(settings)
      _ = try await Migrator.shop.migrate(pool)
      await pool.close()
      let text = try dump(of: settings)
      await server.stop()
      return text
    } catch {
      await server.stop()
      throw error
    }
  }

  /// The major version of the installed pg_dump; nil if there is none.
  static var installedVersion: Int? {
    let words = try? output(["--version"]).split { $0 == " " || $0 == "." }
    return words?.lazy.compactMap { Int($0) }.first
  }

  /// The schema of a database, without what changes between minor versions and sessions.
  static func dump(of settings: PostgresSettings) throws -> String {
    let dumped = try output([
      "--schema-only", "--no-owner", "--no-privileges", "--host=\(settings.host)", "--port=\(settings.port)",
      "--username=\(settings.user)", settings.database,
    ])
    let head = """
      -- The schema after all migrations, by pg_dump --schema-only of Postgres \(majorVersion).
      -- Made by 'make docs'; not edited by hand.

      """
    return head + tidied(dumped)
  }

  /// Without the dump's own comments, session settings and restrictions, and with single empty lines.
  static func tidied(_ dump: String) -> String {
    var lines: [Substring] = []
    for line in dump.split(separator: "\n", omittingEmptySubsequences: false) {
      let isSession = line.hasPrefix("SET ") && line.hasSuffix(";") || line.hasPrefix("SELECT pg_catalog.set_config(")
      let isDumpsOwn = ["-- Name: ", "-- Dumped ", "-- PostgreSQL database dump", "\\"].contains { line.hasPrefix($0) }
      if isSession || isDumpsOwn || line == "--" || line.isEmpty && lines.last?.isEmpty ?? false { continue }
      lines.append(line)
    }
    return lines.joined(separator: "\n").trimmingCharacters(in: .newlines) + "\n"
  }

  private static func output(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["pg_dump"] + arguments
    let (out, err) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    try process.run()
    let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let fault = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw DumpFailed(reason: fault.split(separator: "\n").first.map(String.init) ?? "it could not be run")
    }
    return text
  }
}
