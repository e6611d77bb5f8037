// The executable's shell. Properties proved here:
// 1. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration; results on standard output, all else on standard
//    error.
// 2. `config` prints the settings in force with their origins, and JSON that parses; it points out a misspelt variable.
// 3. docs/reference/settings.md equals the output of `config --reference`.
// 4. Every command in the list can be run or has subcommands, has a sentence, and its help can be made.
// 5. Refusals by Postgres are reported in the server's own words, because the person who types the command is the
//    operator.

import Configuration
import Foundation
import LocalServices
import PostgresClient
import Testing
import Threading

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

  @Test("3: the settings' reference page is up to date")
  func reference() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("docs/reference/settings.md"), encoding: .utf8)
    let (_, out, _) = await run("config --reference")
    #expect(page == out, "write it again with 'make docs'")
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
