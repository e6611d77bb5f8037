// Properties proved here:
// 1. Every request carries the credentials.
// 2. No error contains them, whatever failed, not even when a server repeats them.
// 3. No description, reflection or dump of the settings contains them.
// 4. Unusable addresses and credentials are refused without repeating a secret.
// 5. A refusal for missing rights is an error of status 401 or 403 that says what to check.
import SearchDSL
import Testing

@testable import ElasticsearchClient

private let secret = "hush-hush/ä"
private let apiKey = "aHVzaDpodXNoLWh1c2g="
/// `shop:hush-hush/ä` in base64.
private let basicHeader = "c2hvcDpodXNoLWh1c2gvw6Q="
private let credentials: [ElasticsearchSettings.Credentials] = [
  .basic(user: "shop", password: secret), .apiKey(apiKey),
]

private func holdsSecret(_ text: String) -> Bool { [secret, apiKey, basicHeader].contains { text.contains($0) } }

@Suite struct SecretsTests {
  @Test("1. credentials are sent") func sent() async throws {
    let server = try ScriptedServer { _, _ in .json(countAnswer) }
    defer { server.stop() }
    for credentials in credentials { _ = try await client([server], credentials: credentials).ask() }
    #expect(server.requests[0].contains("Authorization: Basic \(basicHeader)"))
    #expect(server.requests[1].contains("Authorization: ApiKey \(apiKey)"))
  }

  @Test("2. no error has them", .timeLimit(.minutes(5)), arguments: Misbehaviour.all) func errors(kind: Misbehaviour)
    async throws
  {
    let server = try ScriptedServer { _, _ in kind.behaviour }
    defer { server.stop() }
    for credentials in credentials {
      let client = try client([server], credentials: credentials) {
        $0.maxAnswerBytes = 1_000_000
        $0.retries.maxAttempts = 1
      }
      let error = try #require(await client.failure())
      #expect(!holdsSecret("\(error)") && !holdsSecret(String(reflecting: error)), "\(error)")
    }
  }

  @Test("2. even if a server repeats the head", arguments: [400, 401, 403, 404, 500, 503]) func echo(status: Int)
    async throws
  {
    let server = try ScriptedServer { _, head in
      let told = head.replacing("\r\n", with: " ") + " password \(secret)"
      return .json(
        #"{"error":{"type":"\#(apiKey)","reason":"\#(told)","index":"\#(secret)"},"status":\#(status)}"#, status: status
      )
    }
    defer { server.stop() }
    for credentials in credentials {
      let client = try client([server], credentials: credentials) {
        $0.retries.maxAttempts = 1
      }
      let error = try #require(await client.failure())
      let known = if case .apiKey = credentials { [apiKey] } else { [secret, basicHeader] }
      #expect(!known.contains { "\(error)".contains($0) }, "\(error)")
    }
  }

  @Test("3. no description shows them") func descriptions() throws {
    for credentials in credentials {
      let settings = try ElasticsearchSettings(nodes: ["http://a:1/"], credentials: credentials)
      #expect("\(settings)" == "nodes http://a:1")
      var dumped = ""
      dump(settings, to: &dumped)
      for text in [dumped, String(reflecting: settings), String(reflecting: credentials), "\(credentials)"] {
        #expect(!holdsSecret(text), "\(text)")
      }
      #expect(dumped.contains("basic") || dumped.contains("api key"))
    }
  }

  @Test(
    "4. addresses are checked",
    arguments: [
      [], ["localhost:9200"], ["http://"], ["http://u:hush-hush/ä@a:1"], ["ftp://a"], ["http://a b"], ["http://a:1/?x"],
    ])
  func addresses(nodes: [String]) {
    #expect { try ElasticsearchSettings(nodes: nodes) } throws: { !"\($0)".contains("hush") }
  }

  @Test(
    "4. credentials are checked",
    arguments: [
      ElasticsearchSettings.Credentials.apiKey("hush\r\nX-Injected: 1"), .apiKey(""), .apiKey("hush key"),
      .basic(user: "a:b", password: "hush"), .basic(user: "", password: "hush"),
    ])
  func impossible(credentials: ElasticsearchSettings.Credentials) {
    #expect { try ElasticsearchSettings(nodes: ["http://a"], credentials: credentials) } throws: {
      !"\($0)".contains("hush")
    }
  }

  @Test("5. missing rights", arguments: [401, 403]) func rights(status: Int) async throws {
    let answers: [ScriptedServer.Behaviour] = [
      .json(
        #"{"error":{"root_cause":[{"type":"security_exception","reason":"no"}],"type":"security_exception","reason":"no"},"status":\#(status)}"#,
        status: status),
      .answer(status: status, body: Array("Unauthorized".utf8), headers: ["Content-Type: text/plain"]),
    ]
    let server = try ScriptedServer { number, _ in answers[number] }
    defer { server.stop() }
    let client = try client([server], credentials: .apiKey(apiKey))
    #expect(await client.failure() == .refused(status: status, type: "security_exception", reason: "no", index: nil))
    guard case .refused(status, _, let reason, _)? = await client.failure() else {
      Issue.record("another error")
      return
    }
    #expect(reason.contains("text/plain"))
    let advice = SearchEngineError.refused(status: status, type: "t", reason: "r", index: nil).description
    #expect(advice.contains(status == 401 ? "search.apiKey" : "docs/howto/elasticsearch.md"), "\(advice)")
  }
}
