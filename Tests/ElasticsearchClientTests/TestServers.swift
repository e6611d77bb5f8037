import ElasticsearchClient
import Foundation
import LocalServices
import SearchDSL
import Testing

extension LocalSearchServer.Kind {
  /// The distribution in the answer to `GET /`.
  var distribution: String { self == .openSearch ? "opensearch" : "elasticsearch" }
}

/// The real servers: running ones that the environment names (VITRINE_TEST_OPENSEARCH and the like), otherwise those
/// that the process starts itself.
enum TestServers {
  static func address(of kind: LocalSearchServer.Kind) async throws -> String? {
    if let running = ProcessInfo.processInfo.environment["VITRINE_TEST_\(kind.rawValue.uppercased())"] {
      return running
    }
    return try await LocalSearchServer.shared(kind)?.address
  }

  /// Passes a client of the server to `body` and deletes the test's indices afterwards.
  static func withClient(
    of kind: LocalSearchServer.Kind, _ change: (inout ElasticsearchSettings) -> Void = { _ in },
    _ body: (ElasticsearchClient) async throws -> Void
  ) async throws {
    let address = try #require(await address(of: kind))
    var settings = try ElasticsearchSettings(nodes: [address])
    change(&settings)
    let client = ElasticsearchClient(settings: settings)
    try await removeIndices(client)
    try await body(client)
    try await removeIndices(client)
  }

  private static func removeIndices(_ client: ElasticsearchClient) async throws {
    for index in try await client.indices(matching: "client-*", deadline: .now + .seconds(120)) {
      try await client.deleteIndex(index.name, deadline: .now + .seconds(120))
    }
  }
}
