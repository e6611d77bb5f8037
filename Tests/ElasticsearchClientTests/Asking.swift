import SearchDSL
import Testing

@testable import ElasticsearchClient

/// A good answer to the request that the tests ask, a count: 42.
let countAnswer = #"{"count":42,"_shards":{"failed":0}}"#
/// Time enough for a busy machine; only what is to fail by its deadline has a short one.
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

  /// The error of that request; nil, and a failure of the test, where there is none.
  func failure(_ index: String = "i", within time: Duration = ample) async -> SearchEngineError? {
    do throws(SearchEngineError) {
      let value = try await ask(index, within: time)
      Issue.record("no failure, but \(value)")
      return nil
    } catch { return error }
  }
}
