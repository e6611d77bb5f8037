import ElasticsearchClient
import Foundation
import JSON
import LocalServices
import SearchDSL
import Testing

/// Runs the bodies on two engines and writes the report.
enum ConformanceRun {
  /// The embedded node is slow in a debug build; a full run sets these two variables.
  static let products = number("VITRINE_CONFORMANCE_PRODUCTS", or: 3_000)
  static let bodies = number("VITRINE_CONFORMANCE_BODIES", or: 250)
  static let seed = UInt64(number("VITRINE_CONFORMANCE_SEED", or: 20_261_123))
  static let deadline: Duration = .seconds(300)

  /// The reason why there is nothing to compare with, or nil.
  static var absence: String? {
    LocalSearchServer.absence ?? (IcecatIndex.isPresent ? nil : "no icecat/products.ndjson.gz in VITRINE_DATA")
  }

  struct Engine: Sendable {
    let name: String
    let engine: any SearchEngine
  }

  struct Report {
    var compared = 0
    var differing: [String] = []
    var summary = ""
  }

  /// Runs every body on both engines and writes the differing ones, shrunk, beside the summary.
  static func compare(_ left: Engine, _ right: Engine, index: IcecatIndex) async throws -> Report {
    var generator = BodyGenerator(index: index, seed: seed)
    var report = Report()
    let shrinker = BodyShrinker { request in
      guard let differences = try await differences(left, right, request) else { return false }
      return !differences.isEmpty
    }
    for number in 0..<bodies {
      let request = generator.request()
      guard let found = try await differences(left, right, request) else { continue }
      report.compared += 1
      guard !found.isEmpty else { continue }
      var text = "body \(number) of seed \(seed): \(found.count) differences, \(left.name) | \(right.name)\n"
      if report.differing.count < 40 {
        let small = try await shrinker.shrink(request)
        text += "  \(small.json.text)\n"
        for line in try await differences(left, right, small)?.prefix(4) ?? [] { text += "    \(line)\n" }
      } else {
        text += "  \(request.json.text)\n    \(found[0])\n"
      }
      report.differing.append(text)
    }
    report.summary =
      "\(left.name) and \(right.name), \(products) products, seed \(seed): "
      + "\(report.compared - report.differing.count) of \(report.compared) bodies equal\n" + report.differing.joined()
    print(report.summary)
    return report
  }

  /// nil if both engines refuse the body.
  static func differences(_ left: Engine, _ right: Engine, _ request: SearchRequest) async throws -> [String]? {
    let a = await answer(left, request)
    let b = await answer(right, request)
    switch (a, b) {
    case (.success(let a), .success(let b)): return ResponseComparison(a, b, request: request).differences
    case (.failure, .failure): return nil
    case (.failure(let error), .success): return ["\(left.name) refused: \(error)"]
    case (.success, .failure(let error)): return ["\(right.name) refused: \(error)"]
    }
  }

  private static func answer(_ engine: Engine, _ request: SearchRequest) async
    -> Result<SearchResponse, SearchEngineError>
  {
    do throws(SearchEngineError) {
      return .success(try await engine.engine.search(request, in: IcecatIndex.name, deadline: .now + deadline))
    } catch { return .failure(error) }
  }

  /// One request and one writer: a single segment, so that ties have the same order everywhere.
  static func fill(_ engines: [Engine], with index: IcecatIndex) async throws -> [Engine] {
    for engine in engines {
      for old in try await engine.engine.indices(matching: IcecatIndex.name, deadline: .now + deadline) {
        try await engine.engine.deleteIndex(old.name, deadline: .now + deadline)
      }
      try await engine.engine.createIndex(IcecatIndex.name, body: IcecatIndex.body, deadline: .now + deadline)
      for start in stride(from: 0, to: index.operations.count, by: 5_000) {
        let batch = Array(index.operations[start..<min(start + 5_000, index.operations.count)])
        let response = try await engine.engine.bulk(
          batch, to: IcecatIndex.name, refresh: false, deadline: .now + deadline)
        try #require(
          !response.hasErrors, "\(engine.name): \(response.items.first { $0.error != nil }.debugDescription)")
      }
      try await engine.engine.refresh(IcecatIndex.name, deadline: .now + deadline)
    }
    return engines
  }

  /// The real servers: those that the environment names (VITRINE_TEST_OPENSEARCH=http://…); otherwise the test starts
  /// its own.
  static func realServers() async throws -> [Engine] {
    var engines: [Engine] = []
    for kind in [LocalSearchServer.Kind.elasticsearch7, .openSearch, .elasticsearch8] {
      let running = ProcessInfo.processInfo.environment["VITRINE_TEST_\(kind.rawValue.uppercased())"]
      let address = if let running { running } else { try await LocalSearchServer.shared(kind)?.address as String? }
      guard let address else {
        continue
      }
      let settings = try ElasticsearchSettings(nodes: [address])
      engines.append(Engine(name: kind.rawValue, engine: ElasticsearchClient(settings: settings)))
    }
    return engines
  }

  private static func number(_ name: String, or standard: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
  }
}
