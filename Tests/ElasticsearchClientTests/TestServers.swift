import ElasticsearchClient
import Foundation
import SearchDSL
import Testing

/// The real servers beside the repository, or those already running that the environment names.
enum TestServers {
  struct Kind: Sendable, CustomStringConvertible {
    let name: String
    var distribution: String { name.hasPrefix("elasticsearch") ? "elasticsearch" : "opensearch" }
    var description: String { name }
  }

  static let absence: Testing.Comment = "no VITRINE_TEST_OPENSEARCH"

  static let kinds: [Kind] = ["opensearch", "elasticsearch7", "elasticsearch8"].map(Kind.init(name:)).filter {
    ProcessInfo.processInfo.environment["VITRINE_TEST_\($0.name.uppercased())"] != nil
  }

  static func withClient(of kind: Kind, _ body: (ElasticsearchClient) async throws -> Void) async throws {
    let address = ProcessInfo.processInfo.environment["VITRINE_TEST_\(kind.name.uppercased())"] ?? ""
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [address]))
    for index in try await client.indices(matching: "client-*", deadline: .now + .seconds(60)) {
      try await client.deleteIndex(index.name, deadline: .now + .seconds(60))
    }
    try await body(client)
  }
}
