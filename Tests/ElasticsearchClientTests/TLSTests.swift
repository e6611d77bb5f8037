// Properties proved here, against a real TLS server with certificates that the test makes:
// 1. With its authority's file a server is trusted, over TLS 1.2 and 1.3, and a connection is kept.
// 2. A server of an unknown authority, with another name or out of its validity is not used: the error names it and the
//    reason, and no part of the request arrives.
// 3. A client certificate is sent if the server asks for one; without one, or with a stranger's, the error says so.
// 4. A file that is missing or not PEM, and a certificate without its key, are refused before anything is sent; a key
//    of another certificate is reported.
// 5. If one side speaks TLS and the other does not, the error is clear.
import SearchDSL
import Testing

@testable import ElasticsearchClient

@Suite(.enabled(if: TLSServer.absence == nil, "needs openssl and python3"), .serialized)
struct TLSTests {
  private func client(
    _ server: TLSServer, _ tls: ElasticsearchSettings.TLS, scheme: String = "https"
  ) throws -> ElasticsearchClient {
    var settings = try ElasticsearchSettings(nodes: ["\(scheme)://127.0.0.1:\(server.port)"], tls: tls)
    settings.retries.maxAttempts = 2
    return ElasticsearchClient(settings: settings)
  }

  private func withServer(
    _ options: TLSServer.Options = .init(), _ body: (TestCertificates, TLSServer) async throws -> Void
  ) async throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let server = try TLSServer(certificates, options)
    defer { server.stop() }
    try await body(certificates, server)
  }

  @Test("1. a server of our own authority", arguments: ["TLSv1_2", "TLSv1_3"]) func trusted(version: String)
    async throws
  {
    try await withServer(.init(version: version)) { certificates, server in
      let client = try client(server, .init(authorityFile: certificates["authority.pem"]))
      for _ in 0..<5 { #expect(try await client.ask() == 42) }
      #expect(try server.requests().count == 5)
    }
  }

  @Test("2. an unknown authority") func unknown() async throws {
    try await withServer { certificates, server in
      for authority in [nil, certificates["stranger.pem"]] {
        let error = try await client(server, .init(authorityFile: authority)).failure()
        try expectUnavailable(error, [":\(server.port)", "certificate", "not trusted", "search.caFile"])
      }
      #expect(try server.requests().isEmpty)
    }
  }

  @Test("2. another name, another time", arguments: [("misnamed", "127.0.0.1"), ("expired", "expired")])
  func unfit(certificate: String, told: String) async throws {
    try await withServer(.init(certificate: certificate)) { certificates, server in
      let error = try await client(server, .init(authorityFile: certificates["authority.pem"])).failure()
      try expectUnavailable(error, ["certificate", "not trusted", told])
      #expect(try server.requests().isEmpty)
    }
  }

  @Test("3. client certificates", arguments: ["TLSv1_2", "TLSv1_3"]) func clientCertificate(version: String)
    async throws
  {
    try await withServer(.init(clientAuthority: "authority", version: version)) { certificates, server in
      let authority = certificates["authority.pem"]
      let ours = ElasticsearchSettings.TLS(
        authorityFile: authority, certificateFile: certificates["client.pem"], keyFile: certificates["client.key"])
      #expect(try await client(server, ours).ask() == 42)
      let none = try await client(server, .init(authorityFile: authority)).failure()
      try expectUnavailable(none, ["certificate", "search.certificateFile"])
      let strange = ElasticsearchSettings.TLS(
        authorityFile: authority, certificateFile: certificates["strange-client.pem"],
        keyFile: certificates["strange-client.key"])
      try expectUnavailable(try await client(server, strange).failure(), ["certificate", "search.certificateFile"])
      #expect(try server.requests().count == 1)
    }
  }

  @Test("4. files that cannot be used") func files() async throws {
    try await withServer { certificates, server in
      func refusal(_ tls: ElasticsearchSettings.TLS) -> String {
        do {
          _ = try ElasticsearchSettings(nodes: ["https://a"], tls: tls)
          return "none"
        } catch { return error.description }
      }
      #expect(refusal(.init(authorityFile: "/absent.pem")).contains("/absent.pem cannot be read: No such file"))
      let notPEM = certificates["client.ext"]
      #expect(refusal(.init(authorityFile: notPEM)).contains("\(notPEM) is not PEM"))
      #expect(refusal(.init(certificateFile: certificates["client.pem"])).contains("both or not at all"))
      #expect(refusal(.init(keyFile: certificates["client.key"])).contains("both or not at all"))
      let mixed = ElasticsearchSettings.TLS(
        authorityFile: certificates["authority.pem"], certificateFile: certificates["client.pem"],
        keyFile: certificates["stranger.key"])
      try expectUnavailable(try await client(server, mixed).failure(), ["stranger.key"])
    }
  }

  @Test("5. TLS on one side only") func oneSided() async throws {
    try await withServer { certificates, server in
      let plain = try await client(server, .init(), scheme: "http").failure()
      #expect("\(try #require(plain))".contains(":\(server.port)"))
      #expect(try server.requests().isEmpty)
    }
    let plainServer = try ScriptedServer { _, _ in .json(countAnswer) }
    defer { plainServer.stop() }
    var settings = try ElasticsearchSettings(nodes: [plainServer.address.replacing("http:", with: "https:")])
    settings.retries.maxAttempts = 1
    let error = await ElasticsearchClient(settings: settings).failure(within: .seconds(5))
    // The server waits for the rest of an apparent HTTP head, so that the deadline may come first.
    #expect(error != nil && plainServer.requests.isEmpty, "\(String(describing: error))")
  }

  private func expectUnavailable(_ error: SearchEngineError?, _ words: [String]) throws {
    guard case .unavailable(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    for word in words { #expect(reason.contains(word), "\(reason)") }
  }
}
