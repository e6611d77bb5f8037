// The roles of docs/howto/deploy.md: its statements are read from the page and run word for word in a real Postgres, and the
// built executable then runs under the page's roles:
// 1. The shop with the embedded engine: products and orders are imported, pages' and posted events are stored, jobs run, a
//    model is trained and rolled back, a person is exported and erased.
// 2. `serve` and `work` refuse to start without a right that they need, and name it. The roles of `serve` may add to
//    the audit and read it, and nothing else.
// 3. With a search server: `index sync` carries a change, and `serve` answers under a role that may not write the index.
import Foundation
import LocalServices
import PostgresClient
import PostgresStore
import TestSupport
import Testing

@Suite(
  .serialized,
  .enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"))
struct DeployedShopTests {
  private struct PageIsDifferent: Error { let missing: String }

  /// A Postgres with the page's roles and rights. The test's superuser has the name of the page's owner, so that the names
  /// of all roles are replaced: `vitrine_serve` is `page_serve`.
  private struct Stand {
    let server: LocalPostgres
    let pool: PostgresPool
    let folder: StateFolder

    init() async throws {
      folder = try StateFolder()
      server = try await LocalPostgres.startTemporary()
      let blocks = try Self.statements()
      let superuser = PostgresPool(server.settings())
      for statement in blocks[0] { try await superuser.execute("\(unsafeRaw: statement)") }
      await superuser.close()
      let owner = PostgresPool(Self.settings(server, "page"))
      _ = try await Migrator.shop.migrate(owner)
      for statement in blocks[1] { try await owner.execute("\(unsafeRaw: statement)") }
      await owner.close()
      pool = PostgresPool(server.settings(database: "shop"))
    }

    static func settings(_ server: LocalPostgres, _ role: String) -> PostgresSettings {
      let own = server.settings(database: "shop")
      return PostgresSettings(host: own.host, port: own.port, database: "shop", user: role)
    }

    /// The statements of the page's two scripts for `psql`.
    private static func statements() throws -> [[String]] {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let page = try String(contentsOf: root.appendingPathComponent("docs/howto/deploy.md"), encoding: .utf8)
      let scripts = page.split(separator: "psql -v ON_ERROR_STOP=1").dropFirst().prefix(2).map { rest in
        let lines = rest.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        return lines.prefix { $0 != "END" }.filter { !$0.hasPrefix("--") }.joined(separator: "\n")
      }
      guard scripts.count == 2, scripts[0].contains("CREATE ROLE"), scripts[1].contains("GRANT") else {
        throw PageIsDifferent(missing: "a script that creates roles, and one that grants rights")
      }
      return scripts.map { script in
        script.replacing(#/\bvitrine(?<role>_[a-z]+)?\b/#) { "page\($0.output.role ?? "")" }
          .split(separator: ";").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
      }
    }

    func run(_ role: String, _ arguments: [String], _ more: [String: String] = [:]) throws -> VitrineProcess {
      let settings = Self.settings(server, role)
      let environment = [
        "VITRINE_POSTGRES_HOST": settings.host, "VITRINE_POSTGRES_PORT": String(settings.port),
        "VITRINE_POSTGRES_DATABASE": "shop", "VITRINE_POSTGRES_USER": role, "VITRINE_STATE_FOLDER": folder.path,
        "VITRINE_RECOMMENDATIONS_MODEL_FOLDER": folder.path + "/models", "VITRINE_JOBS_PORT": "0",
        "VITRINE_HTTP_PORT": "0", "VITRINE_INDEXER_PORT": "0",
      ]
      return try VitrineProcess(folder: folder, arguments, environment: environment.merging(more) { $1 })
    }

    /// The output of a command that ends with 0.
    func output(_ role: String, _ arguments: [String]) async throws -> String {
      let process = try run(role, arguments)
      let status = try await process.exitStatus()
      let error = try process.standardError()
      try #require(status == 0, "\(role) \(arguments): \(error)")
      return try process.standardOutput()
    }

    func file(_ name: String, _ text: String) throws -> String {
      let path = folder.path + "/" + name
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return path
    }

    func count(_ table: String, _ condition: String) async throws -> Int {
      try await pool.query("SELECT count(*) FROM \(unsafeRaw: table) WHERE \(unsafeRaw: condition)")[0].decode(at: 0)
    }

    func importProducts() async throws {
      let lines = (1...20).map { "K-\($0),Kettle \($0),Brand \($0 % 5),Home > Kettles,\($0).50,GBP,5" }
      let path = try file(
        "products.csv", "sku,title,brand,categories,price,currency,stock\n" + lines.joined(separator: "\n") + "\n")
      _ = try await output("page_import", ["import", "products", "--format", "csv", path])
    }

    func end() async {
      await pool.close()
      await server.stop()
      folder.remove()
    }
  }

  @Test("1: the embedded engine", .timeLimit(.minutes(10)))
  func embedded() async throws {
    let stand = try await Stand()
    try await stand.importProducts()
    let serve = try stand.run("page_index", ["serve"])
    defer { serve.kill() }
    let client = HTTPClient(port: try await serve.port(after: "serving at http://127.0.0.1:"))
    let product = try await stand.pool.query("SELECT min(id)::text FROM catalog.product")[0].decode(String.self, at: 0)
    let page = try await client.get("/products/\(product)")
    #expect(page.status == 200 && page.headers["Set-Cookie"]?.hasPrefix("visitor=") == true)
    let event = #"{"type":"add_to_cart","product_id":"\#(product)"}"#
    #expect(
      try await client.get(
        "/v1/events", method: "POST", headers: "Content-Type: application/json\r\n", body: event
      ).status == 202)
    #expect(try await client.text("/v1/search?q=kettle").contains("Kettle 7"))
    try await until("the view, the cart and the search are stored") {
      let deeds = try await stand.count("behaviour.event", "kind IN ('view', 'add_to_cart')")
      let searches = try await stand.count("behaviour.search", "query = 'kettle'")
      return (deeds, searches) == (2, 1)
    }
    // The first page, which brought the cookie, is of the cookie's visitor.
    let cookie = try #require(page.headers["Set-Cookie"]?.prefix { $0 != ";" })
    let own = try await client.get("/v1/me/history", headers: "Cookie: \(cookie)\r\n").text
    #expect(own.contains(#""kind":"view""#) || own.contains(#""kind": "view""#), "\(own)")

    let work = try stand.run("page_work", ["work"])
    defer { work.kill() }
    _ = try await work.port(after: "metrics at http://127.0.0.1:")
    let lines = (1...60).map { "O-\($0 / 3),2026-01-0\($0 % 9 + 1) 10:00:00,K-\($0 % 20 + 1),1,9.50,GBP,anna" }
    let orders = try stand.file(
      "orders.csv", "order,at,sku,quantity,price,currency,customer\n" + lines.joined(separator: "\n") + "\n")
    let imported = try await stand.output("page_import", ["import", "orders", "--format", "csv", orders])
    #expect(imported.contains("60 stored"))
    try await until("the import's training ends", within: .seconds(120)) {
      try await stand.count("jobs.run", "job = 'train-recommender' AND state = 'succeeded'") > 0
    }
    // Old partitions are dropped by a role that owns none.
    try await stand.pool.execute("SELECT behaviour.make_partitions('impression', ARRAY['2020-01-01'::date])")
    _ = try await stand.output("page_work", ["jobs", "run", "tend-behaviour"])
    try await until("the history is tended", within: .seconds(60)) {
      try await stand.count("pg_tables", "tablename = 'impression_20200101'") == 0
    }
    #expect(try await stand.output("page_work", ["models", "list"]).contains("recommender  serving"))
    _ = try await stand.output("page_work", ["train", "recommender"])
    #expect(try await stand.output("page_work", ["models", "rollback"]).contains("is served"))
    let records = try await stand.output("page_work", ["export-person", "--customer", "anna"])
    // Beside the 60 purchases there is one record of what the customer is worth, once the job of the customers has run.
    #expect((60...61).contains(records.split(separator: "\n").count) && records.contains(#""title": "Kettle 7""#))
    let erased = try await stand.output("page_work", ["erase", "--customer", "anna"])
    #expect(erased.contains("erased 60 records") || erased.contains("erased 61 records"), "\(erased)")
    #expect(try await stand.count("behaviour.event", "kind = 'purchase'") == 0)
    for process in [serve, work] {
      process.interrupt()
      #expect(try await process.exitStatus() == 0)
    }
    await stand.end()
  }

  @Test("2: a missing right", .timeLimit(.minutes(10)))
  func missing() async throws {
    let stand = try await Stand()
    for role in ["page_serve", "page_index"] {
      for (right, isHeld) in [("SELECT", true), ("INSERT", true), ("UPDATE", false), ("DELETE", false)] {
        let row = try await stand.pool.query(
          "SELECT has_table_privilege(\(role)::name, 'accounts.audit'::text, \(right)::text)")[0]
        #expect(try row.decode(Bool.self, at: 0) == isHeld, "\(role) \(right)")
      }
    }
    try await stand.pool.execute("REVOKE INSERT ON behaviour.event FROM page_index")
    try await stand.pool.execute("REVOKE USAGE ON SCHEMA jobs FROM page_work")
    for (role, command, right) in [
      ("page_index", "serve", "INSERT on behaviour.event"), ("page_work", "work", "USAGE on schema jobs"),
    ] {
      let process = try stand.run(role, [command])
      defer { process.kill() }
      #expect(try await process.exitStatus() == 1)
      let error = try process.standardError()
      #expect(
        error.contains("the role \(role) lacks rights in Postgres: \(right): run the GRANTs of docs/howto/deploy.md"),
        "\(error)")
    }
    await stand.end()
  }

  @Test(
    "3: a search server", .enabled(if: LocalSearchServer.absence == nil, "no search server to index into"),
    .timeLimit(.minutes(10)))
  func cluster() async throws {
    let stand = try await Stand()
    try await stand.importProducts()
    let server = try #require(try await LocalSearchServer.shared(.openSearch))
    let engine = [
      "VITRINE_SEARCH_ENGINE": server.address,
      "VITRINE_SEARCH_INDEX_ALIAS": "deployed-\(UInt32.random(in: 0...UInt32.max))",
    ]
    let full = try stand.run("page_index", ["index", "full"], engine)
    let status = try await full.exitStatus()
    let error = try full.standardError()
    #expect(status == 0, "\(error)")
    let sync = try stand.run("page_index", ["index", "sync"], engine)
    defer { sync.kill() }
    _ = try await sync.port(after: "metrics at http://127.0.0.1:")
    let serve = try stand.run("page_serve", ["serve"], engine)
    defer { serve.kill() }
    let client = HTTPClient(port: try await serve.port(after: "serving at http://127.0.0.1:"))
    try await stand.pool.execute("UPDATE catalog.product SET title = 'Samovar' WHERE code = 'K-3'")
    try await until("the change is found", within: .seconds(60)) {
      try await client.text("/v1/search?q=samovar").contains("Samovar")
    }
    for process in [serve, sync] {
      process.interrupt()
      #expect(try await process.exitStatus() == 0)
    }
    await stand.end()
  }
}
