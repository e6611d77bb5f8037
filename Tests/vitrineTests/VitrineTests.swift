// The executable's shell. Properties proved here:
// 1. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration; results on standard output, all else on standard
//    error.
// 2. `config` prints the settings in force with their origins, and JSON that parses; it points out a misspelt variable.
// 3. The generated pages of docs/reference equal the output of `vitrine reference`, and the schema that of a database
//    that was migrated just now. Every metric that the code names is on the page.
// 4. Every command in the list can be run or has subcommands, has a sentence, and its help can be made.
// 5. Refusals by Postgres are reported in the server's own words, because the person who types the command is the
//    operator.

import Configuration
import Foundation
import LocalServices
import PostgresClient
import Testing
import Threading

@testable import Bootstrap
@testable import vitrine

private func run(_ line: String, environment: [String: String] = [:]) async -> (ExitCode, out: String, err: String) {
  let written = Guarded((out: "", err: ""))
  let terminal = Terminal(isInteractive: false) { text, isError in
    written.withLock { if isError { $0.err += text } else { $0.out += text } }
  }
  let words = line.split(separator: " ").map(String.init)
  let code = await Vitrine.run(words, environment: environment, terminal: terminal)
  let (out, err) = written.withLock { $0 }
  return (code, out, err)
}

@Suite struct VitrineTests {
  @Test("1: exit codes")
  func exitCodes() async {
    var (code, out, err) = await run("version")
    #expect(code == .success && out == "vitrine \(Vitrine.version)\n" && err.isEmpty)
    (code, out, err) = await run("versoin")
    #expect(code == .validationFailure && out.isEmpty)
    #expect(
      err == "vitrine: 'vitrine' has no command 'versoin'\ndid you mean 'version'? Otherwise see 'vitrine --help'.\n")
    (code, out, err) = await run("version --log-level loud --http-port x")
    #expect(code == .validationFailure && out.isEmpty && err.split(separator: "\n").count == 2)
    (code, out, err) = await run("--help")
    #expect(code == .success && out.contains("usage: vitrine <command>") && err.isEmpty)
  }

  @Test("2: config")
  func config() async throws {
    let environment = ["VITRINE_HTTP_PORT": "81", "VITRINE_HTP_PORT": "82", "VITRINE_POSTGRES_PASSWORD": "Hu5h"]
    var (code, out, err) = await run("config", environment: environment)
    #expect(code == .success && out.contains("# from environment VITRINE_HTTP_PORT\nhttp.port = 81\n"))
    #expect(err == "vitrine: environment variable VITRINE_HTP_PORT names no setting; did you mean VITRINE_HTTP_PORT?\n")
    #expect(!out.contains("Hu5h"))
    (code, out, err) = await run("config --json", environment: environment)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any])
    let settings = try #require(object["settings"] as? [String: [String: Any]])
    #expect(settings.count == ResolvedSettings.declarations.count)
    #expect(settings["http.port"]?["value"] as? String == "81")
    #expect(settings["http.port"]?["origin"] as? String == "environment VITRINE_HTTP_PORT")
    #expect(!out.contains("Hu5h"))
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("3: the generated pages are up to date", arguments: ["commands", "settings", "metrics", "problems"])
  func reference(page: String) async throws {
    let (code, out, err) = await run("reference \(page)")
    #expect(code == .success && err.isEmpty)
    #expect(try Self.text("docs/reference/\(page).md") == out, "write it again with 'make docs'")
  }

  @Test(
    "3: the schema is up to date", .timeLimit(.minutes(5)),
    .enabled(if: SchemaReference.installedVersion == SchemaReference.majorVersion, "pg_dump is not that of Postgres 15")
  )
  func schema() async throws {
    let dump = try SchemaReference.dump(of: try await TestPostgres.shared.makeDatabase())
    #expect(dump.contains("CREATE TABLE catalog.product ") && !dump.contains("-- Dumped"))
    #expect(try Self.text("docs/reference/schema.sql") == dump, "write it again with 'make docs'")
  }

  @Test("3: a dump without what changes")
  func tidiedDump() {
    let dump = """
      --
      -- PostgreSQL database dump
      --

      \\restrict x1
      -- Dumped from database version 15.14
      SET statement_timeout = 0;
      SELECT pg_catalog.set_config('search_path', '', false);

      --
      -- Name: f(); Type: FUNCTION; Schema: a; Owner: -
      --

      CREATE FUNCTION a.f() RETURNS void
      BEGIN
        -- SET x = 1; this stays
      END;


      \\unrestrict x1
      """
    #expect(
      SchemaReference.tidied(dump)
        == "CREATE FUNCTION a.f() RETURNS void\nBEGIN\n  -- SET x = 1; this stays\nEND;\n")
  }

  @Test("3: metrics in the code are on the page")
  func metricsInTheCode() throws {
    let page = try Self.text("docs/reference/metrics.md")
    let sources = FileManager.default.enumerator(atPath: Self.root.appendingPathComponent("Sources").path)
    let files = (sources?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }
    var names: Set<Substring> = []
    for file in files {
      let code = try Self.text("Sources/" + file)
      for opening in ["counter(", "gauge(", "histogram("] {
        for call in code.ranges(of: opening) {
          let rest = code[call.upperBound...].drop { $0.isWhitespace }
          guard rest.first == "\"" else { continue }
          names.insert(rest.dropFirst().prefix { $0 != "\"" })
        }
      }
    }
    names = names.filter { $0.contains("_") }
    #expect(names.count >= 20)
    for name in names { #expect(page.contains("`\(name)`"), "docs/reference/metrics.md lacks \(name)") }
  }

  @Test("4: every command")
  func everyCommand() async {
    var open: [(path: String, type: any ParsableCommand.Type)] = [("", Vitrine.self)]
    while let (path, type) = open.popLast() {
      let configuration = type.configuration
      #expect(configuration.abstract.hasSuffix("."), "\(path)")
      #expect(configuration.subcommands.isEmpty ? type is any Command.Type : true, "\(path)")
      let (code, out, _) = await run(path + " --help")
      #expect(code == .success && out.hasPrefix(configuration.abstract), "\(path)")
      for subcommand in configuration.subcommands {
        open.append((path + " " + subcommand.configuration.commandName, subcommand))
      }
    }
  }

  @Test("5: refusals by Postgres", .timeLimit(.minutes(5)))
  func refusedByPostgres() async throws {
    let settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    let owner = PostgresPool(settings)
    let role = "stranger_in_\(settings.database)"
    try await owner.execute("CREATE ROLE \"\(unsafeRaw: role)\" LOGIN")
    await owner.close()
    let (code, out, err) = await run(
      "migrate",
      environment: [
        "VITRINE_POSTGRES_HOST": settings.host, "VITRINE_POSTGRES_PORT": String(settings.port),
        "VITRINE_POSTGRES_DATABASE": settings.database, "VITRINE_POSTGRES_USER": role,
      ])
    #expect(code == .failure && out.isEmpty)
    #expect(err == "vitrine: Postgres 42501 no privilege: permission denied for schema public\n")
  }
}
