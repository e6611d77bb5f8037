import SearchDSL
import Testing

@testable import ElasticsearchClient

/// A good answer to the tests' request, a count: 42.
let countAnswer = #"{"count":42,"_shards":{"failed":0}}"#
/// Enough time for a busy machine; only requests that must fail by their deadline have less.
let ample: Duration = .seconds(60)

func client(
  _ servers: [ScriptedServer], credentials: ElasticsearchSettings.Credentials = .none,
  _ change: (inout ElasticsearchSettings) -> Void = { _ in }
) throws -> ElasticsearchClient {
  var settings = try ElasticsearchSettings(nodes: servers.map(\.address), credentials: credentials)
  change(&settings)
  return ElasticsearchClient(settings: settings)
}

extension ElasticsearchClient {
  /// Asks for the count of an index.
  func ask(_ index: String = "i", within time: Duration = ample) async throws(SearchEngineError) -> Int {
    try await count(.matchAll(), in: index, deadline: .now + time)
  }

  /// The error of that request; nil, and a test failure, if there is none.
  func failure(_ index: String = "i", within time: Duration = ample) async -> SearchEngineError? {
    do throws(SearchEngineError) {
      let value = try await ask(index, within: time)
      Issue.record("no failure, but \(value)")
      return nil
    } catch { return error }
  }
}
