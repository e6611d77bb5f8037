// Settings. Properties proved here:
// 1. A flag beats the environment, which beats the file, which beats the default; the origin says which.
// 2. A wrong value is refused with name, value, permitted values and its origin; all wrong values are reported at once.
// 3. An unknown key in the file is refused with its line and the nearest known name.
// 4. No secret is shown: not in the text, not in the JSON, not in an error; neither is a URL's password.
// 5. Each setting has its own flag and variable, a sentence, and a default that it would itself accept.
// 6. The file's lines: comments, quotes, '=' and '#' in values, CRLF; a line without '=', a key set twice and a file
//    that is absent, not UTF-8 or too large are refused.
// 7. The text printed for given settings, read as a file, gives the same settings.
// 8. Boolean settings accept the usual words, and an empty environment variable counts as unset.
// 9. Postgres and Redis are given by URL or by parts, not both; a password may be given besides the URL.
// 10. Misspelt VITRINE_ variables are listed.
// 11. A search cluster is given by its nodes, each once, with one kind of credentials; contradictions are refused.

import Testing

@testable import Configuration

func resolve(
  flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
) throws -> ResolvedSettings {
  guard let file else { return try ResolvedSettings(flags: flags, environment: environment) }
  return try withTemporaryFile(file) { path in
    try ResolvedSettings(flags: flags.merging(["--config": path]) { $1 }, environment: environment)
  }
}

@Suite struct SettingsTests {
  @Test("1: flag, environment, file, default, in that order", arguments: [0, 1, 2, 3])
  func precedence(layers: Int) throws {
    let resolved = try resolve(
      flags: layers > 2 ? ["--http-port": "3"] : [:], environment: layers > 1 ? ["VITRINE_HTTP_PORT": "2"] : [:],
      file: layers > 0 ? "# a comment\nhttp.port = 1\n" : nil)
    #expect(resolved.settings.http.port == [8080, 1, 2, 3][layers])
    let origin = try #require(resolved.entries.first { "\($0.declaration.key)" == "http.port" }).origin
    switch layers {
    case 0: #expect(origin == .builtIn)
    case 1: #expect("\(origin)".hasSuffix(":2"))
    case 2: #expect(origin == .environment("VITRINE_HTTP_PORT"))
    default: #expect(origin == .flag("--http-port"))
    }
  }

  @Test("2: all wrong values at once, each with name, value, permitted values and origin")
  func wrongValues() throws {
    let error = #expect(throws: InvalidConfiguration.self) {
      try resolve(
        flags: ["--http-port": "70000"], environment: ["VITRINE_LOG_LEVEL": "loud"], file: "shop.currency = pounds")
    }
    let lines = try #require(error).errors.map(\.description)
    #expect(lines.count == 3)
    #expect(lines[0] == "http.port = '70000' (flag --http-port): must be a whole number, 0 to 65535")
    #expect(lines[1].hasPrefix("shop.currency = 'pounds' (/"))
    #expect(lines[1].hasSuffix(":1): must be three capital letters (ISO 4217), such as GBP"))
    #expect(
      lines[2] == "log.level = 'loud' (environment VITRINE_LOG_LEVEL): must be one of trace, debug, info, notice, "
        + "warning, error, critical")
  }

  @Test(
    "2: a value outside of its type or range is refused",
    arguments: [
      ("http.port", "-1"), ("http.port", "80.5"), ("http.port", " "), ("http.maxConnections", "0"),
      ("redis.enabled", "maybe"), ("redis.url", "http://localhost"), ("redis.url", "redis://localhost/16"),
      ("search.engine", "lucene"), ("search.engine", "ftp://x"), ("search.indexAlias", "Products"),
      ("search.engine", "http://a,"), ("search.engine", "http://a,embedded"), ("search.engine", "http://a,ftp://b"),
      ("search.engine", "http://a:1, http://a:1"), ("search.apiKey", "two words"), ("search.maxConnections", "0"),
      ("search.compressFromBytes", "-1"), ("search.requestCacheBytes", "1.5"),
      ("search.indexAlias", "_all"), ("search.indexAlias", "a/b"), ("postgres.url", "mysql://localhost/db"),
      ("postgres.url", "postgres://host/db?sslmode=require"), ("postgres.url", "postgres://host:99999/db"),
      ("shop.currency", "gbp"), ("shop.name", ""),
      ("shop.name", "two\nlines"), ("stateFolder", ""), ("indexer.batchBytes", "9223372036854775808"),
    ])
  func refused(key: String, value: String) {
    let flag = ConfigKey(dotted: key).flag
    let error = #expect(throws: InvalidConfiguration.self) { try resolve(flags: [flag: value]) }
    #expect(error?.errors.count == 1)
    #expect(error?.description.contains(key) == true)
    #expect(error?.description.contains("(flag \(flag)): must be ") == true)
  }

  @Test("3: an unknown key of the file is refused with its line and the nearest name")
  func unknownKey() throws {
    let error = #expect(throws: InvalidConfiguration.self) {
      try resolve(file: "http.port = 1\nhttp.prot = 2\n\nzzz = 3")
    }
    let lines = try #require(error).errors.map(\.description)
    #expect(lines.count == 2)
    #expect(lines[0].hasSuffix(":2: 'http.prot' is not a setting; did you mean 'http.port'?"))
    #expect(lines[1].hasSuffix(":4: 'zzz' is not a setting; 'vitrine config' lists all of them"))
  }

  @Test("4: secrets are blanked in text, JSON and errors")
  func secrets() throws {
    let secret = "Hu5h%21"
    let resolved = try resolve(environment: [
      "VITRINE_POSTGRES_URL": "postgres://ann:\(secret)@db.example/shop", "VITRINE_REDIS_PASSWORD": secret,
      "VITRINE_SEARCH_ENGINE": "https://elastic:\(secret)@search.example:9200,https://b.example",
      "VITRINE_SEARCH_PASSWORD": secret,
    ])
    #expect(resolved.settings.redis.server == nil)
    let report = SettingsReport(resolved)
    for shown in [report.text, report.json] {
      #expect(!shown.contains("Hu5h"))
      #expect(shown.contains("postgres://ann:***@db.example/shop"))
      #expect(shown.contains("https://elastic:***@search.example:9200,https://b.example"))
    }
    let withKey = SettingsReport(
      try resolve(environment: ["VITRINE_SEARCH_ENGINE": "http://a", "VITRINE_SEARCH_API_KEY": secret]))
    for shown in [withKey.text, withKey.json] { #expect(!shown.contains("Hu5h") && shown.contains("(secret)")) }
    for key in ["postgres.url", "redis.url", "search.engine", "redis.password", "search.apiKey", "security.signingKey"]
    {
      let error = #expect(throws: InvalidConfiguration.self) {
        try resolve(flags: [ConfigKey(dotted: key).flag: "nonsense://\(secret)@h\n"])
      }
      #expect(error?.description.contains("Hu5h") == false)
    }
  }

  @Test("5: flags and variables are distinct, sentences end, defaults are allowed")
  func declarations() throws {
    let declarations = ResolvedSettings.declarations
    #expect(Set(declarations.map(\.key.flag)).count == declarations.count)
    #expect(Set(declarations.map(\.key.environmentVariable)).count == declarations.count)
    for declaration in declarations {
      #expect(declaration.summary.hasSuffix("."), "\(declaration.key)")
      #expect(!declaration.key.flag.hasPrefix("--no-"), "\(declaration.key) would read as a negation")
      guard let text = declaration.defaultText else { continue }
      // A default beside a URL would be refused because it is given twice, so each is tested alone.
      #expect(throws: Never.self) { try resolve(flags: [declaration.key.flag: text]) }
    }
  }

  @Test("5: the key's spellings")
  func spellings() {
    let key = ConfigKey(dotted: "http.maxBodyBytes")
    #expect(key.flag == "--http-max-body-bytes")
    #expect(key.environmentVariable == "VITRINE_HTTP_MAX_BODY_BYTES")
    #expect(ConfigKey(dotted: "stateFolder").flag == "--state-folder")
  }

  @Test("6: permitted lines of a file")
  func fileLines() throws {
    let resolved = try resolve(
      file:
        "\u{20}# comment\r\n\r\n  shop.name = \"  Shop = 50% #1 \" \r\nstateFolder=/tmp/a b#c\r\npostgres.password = a=b=="
    )
    #expect(resolved.settings.shop.name == "  Shop = 50% #1 ")
    #expect(resolved.settings.stateFolder == "/tmp/a b#c")
    #expect(resolved.filePath != nil)
  }

  @Test(
    "6: files that are refused",
    arguments: [
      ("shop.name", ":1: 'shop.name' is not a setting; write 'key = value'"),
      ("shop.name = a\n\nshop.name = b", ":3: 'shop.name' is set a second time (first at "),
      ("# " + String(repeating: "x", count: FileProvider.maxFileBytes), "is larger than 1048576 bytes"),
    ])
  func refusedFiles(text: String, reason: String) {
    let error = #expect(throws: InvalidConfiguration.self) { try resolve(file: text) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test("6: a file that is absent, a folder or not text")
  func unreadableFiles() throws {
    for (path, reason) in [("/nonexistent/vitrine.conf", "No such file"), ("/tmp", "Is a directory")] {
      let error = #expect(throws: InvalidConfiguration.self) { try resolve(environment: ["VITRINE_CONFIG": path]) }
      #expect(error?.description.contains("'\(path)'") == true)
      #expect(error?.description.contains(reason) == true)
    }
    try withTemporaryFile(bytes: [0x61, 0xFF, 0xFE]) { path in
      let error = #expect(throws: InvalidConfiguration.self) { try resolve(flags: ["--config": path]) }
      #expect(error?.description.contains("is not UTF-8 text") == true)
    }
  }

  @Test("7: the printed text is a settings file")
  func printedTextIsAFile() throws {
    let flags = [
      "--http-port": "81", "--shop-name": " A \"quoted\" # name ", "--search-engine": "http://localhost:9200",
      "--redis-enabled": "off",
    ]
    let first = try resolve(flags: flags)
    let second = try resolve(file: SettingsReport(first).text)
    let values = { (resolved: ResolvedSettings) in resolved.entries.map(\.shownText) }
    #expect(values(first) == values(second))
    #expect(second.settings.shop.name == flags["--shop-name"])
  }

  @Test("8: Boolean words, and empty variables")
  func booleans() throws {
    for (word, value) in [("yes", true), ("ON", true), ("1", true), ("true", true), ("no", false), ("0", false)] {
      #expect(try resolve(environment: ["VITRINE_REDIS_ENABLED": word]).settings.redis.isEnabled == value)
    }
    #expect(try resolve(environment: ["VITRINE_REDIS_ENABLED": "", "VITRINE_CONFIG": ""]).settings.redis.isEnabled)
  }

  @Test("9: servers by URL or by parts")
  func servers() throws {
    #expect(try resolve().settings.postgres.server == nil)
    let byURL = try resolve(flags: ["--postgres-url": "postgresql://a%40b:p%3Aw@[::1]:6000/shop"])
    let server = try #require(byURL.settings.postgres.server)
    #expect(server.host == "::1" && server.port == 6000 && server.database == "shop")
    #expect(server.user == "a@b" && server.password == "p:w")
    let byParts = try resolve(flags: ["--postgres-host": "/run/postgresql", "--postgres-user": "ann"])
    #expect(byParts.settings.postgres.server?.host == "/run/postgresql")
    #expect(byParts.settings.postgres.server?.port == 5432)
    let redis = try resolve(flags: ["--redis-url": "redis://:pw@cache/3", "--redis-password": "other"])
    #expect(redis.settings.redis.server?.username == nil)
    #expect(
      try resolve(flags: ["--redis-url": "redis://shop:pw@cache"]).settings.redis.server?.username == "shop")
    #expect(redis.settings.redis.server?.address == .tcp(host: "cache", port: 6379))
    #expect(redis.settings.redis.server?.database == 3 && redis.settings.redis.server?.password == "other")
    let error = #expect(throws: InvalidConfiguration.self) {
      try resolve(flags: ["--postgres-url": "postgres://h/d", "--postgres-port": "1"])
    }
    #expect(
      error?.description
        == "postgres.port = '1' (flag --postgres-port): is given beside postgres.url; give the URL or the parts, not both"
    )
  }

  @Test("10: variables that name no setting are listed")
  func unusedVariables() throws {
    let resolved = try resolve(environment: ["VITRINE_HTP_PORT": "1", "VITRINE_HTTP_PORT": "1", "PATH": "/bin"])
    #expect(resolved.unusedVariables == ["VITRINE_HTP_PORT"])
  }

  @Test("11: a cluster's nodes and credentials")
  func cluster() throws {
    func search(_ flags: [String: String]) throws -> Settings.Search { try resolve(flags: flags).settings.search }
    #expect(try search([:]).engine == .embedded)
    let byURL = try search(["--search-engine": "https://ann:p%3Aw@a:9200 , https://[::1]:9201/es"])
    guard case .cluster(let nodes) = byURL.engine else {
      Issue.record("\(byURL.engine)")
      return
    }
    #expect(nodes.map(\.address) == ["https://a:9200", "https://[::1]:9201/es"])
    #expect(byURL.credentials == .basic(user: "ann", password: "p:w"))
    let both = ["--search-engine": "http://a", "--search-username": "ann", "--search-password": "pw"]
    #expect(try search(both).credentials == .basic(user: "ann", password: "pw"))
    #expect(try search(["--search-engine": "http://a", "--search-api-key": "a2V5"]).credentials == .apiKey("a2V5"))
    #expect(
      try search(["--search-engine": "http://ann:old@a", "--search-password": "pw"]).credentials
        == .basic(user: "ann", password: "pw"))
    // The embedded engine needs no credentials: one file may serve both engines.
    #expect(try search(["--search-api-key": "a2V5", "--search-password": "pw"]).credentials == .none)
    let tls = try search([
      "--search-engine": "https://a", "--search-ca-file": "/ca", "--search-certificate-file": "/c",
      "--search-key-file": "/k",
    ])
    #expect([tls.authorityFile, tls.certificateFile, tls.keyFile] == ["/ca", "/c", "/k"])
  }

  @Test(
    "11: contradictions",
    arguments: [
      (
        ["engine": "http://a", "api-key": "hush", "password": "hush"],
        "search.apiKey = (secret) (flag --search-api-key): is given beside a user or a password"
      ),
      (
        ["engine": "http://ann:hush@a", "api-key": "hush"],
        "search.apiKey = (secret) (flag --search-api-key): is given beside a user or a password"
      ),
      (
        ["engine": "http://ann:hush@a,http://bob:hush@b"],
        "search.engine = 'http://ann:***@a,http://bob:***@b' (flag --search-engine): names more than one user"
      ),
      (
        ["engine": "http://a", "username": "ann"], "search.username = 'ann' (flag --search-username): is a user without"
      ),
      (["engine": "http://ann@a"], "search.engine = 'http://ann@a' (flag --search-engine): is a user without"),
      (
        ["engine": "http://a", "password": "hush"], "search.password = (secret) (flag --search-password): is a password"
      ),
      (["engine": "http://a", "username": "a:b", "password": "hush"], "search.username = 'a:b'"),
      (
        ["engine": "https://a", "certificate-file": "/c"],
        "search.certificateFile = '/c' (flag --search-certificate-file): is given without search.keyFile"
      ),
      (["engine": "https://a", "key-file": "/k"], "search.keyFile = '/k'"),
      (["engine": "http://a", "ca-file": "/c"], "search.caFile = '/c' (flag --search-ca-file): is given, but no node"),
    ])
  func contradictions(settings: [String: String], told: String) {
    let flags = Dictionary(uniqueKeysWithValues: settings.map { ("--search-" + $0.key, $0.value) })
    let error = #expect(throws: InvalidConfiguration.self) { try resolve(flags: flags) }
    let lines = error?.errors.map(\.description) ?? []
    #expect(lines.count == 1 && lines[0].hasPrefix(told) && lines[0].contains("; "), "\(lines)")
    #expect(!lines.joined().contains("hush"))
  }
}

@Suite struct ServerURLTests {
  @Test(
    "9: URLs that are refused",
    arguments: [
      "", "localhost", "://h", "redis://", "redis://:pw@", "http://h:0", "http://h:x", "http://[::1", "http://h#f",
      "http://a b", "http://h/%zz", "http://h/%f", "http://h/%ff",
    ])
  func refused(text: String) { #expect(ServerURL(text) == nil) }

  @Test("4: a shown URL has no password")
  func blanked() {
    #expect(ServerURL("redis://:pw@h:1/0")?.blanked == "redis://:***@h:1/0")
    #expect(ServerURL("http://u:p:w@[::1]:9/x/y")?.blanked == "http://u:***@[::1]:9/x/y")
    #expect(ServerURL("HTTP://h/")?.blanked == "http://h")
    #expect(ServerURL("http://u@h")?.blanked == "http://u@h")
  }
}
