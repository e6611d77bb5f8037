// Properties proved here, against a real cluster of three nodes whose index has one replica:
// 1. Searches through the client continue while one node is stopped and another is killed: at most one in a thousand
//    fails, none is wrong, and none takes longer than its deadline. With VITRINE_SOAK=1 this repeats on every kind of
//    server, with random nodes (the seed is printed).
import Glibc
import JSON
import LocalServices
import SearchDSL
import Synchronization
import TestSupport
import Testing

@testable import ElasticsearchClient

@Suite(.serialized, .enabled(if: LocalSearchServer.absence == nil, "no real search server here"))
struct ClusterTests {
  private static let index = "client-cluster"
  private static let documents = 300
  /// Enough time for the cluster to notice, choose another master and bring its replicas up.
  private static let timeWithoutNode: Duration = isSoak ? .seconds(10) : .seconds(4)

  @Test("1. a node stopped, another killed", .timeLimit(.minutes(10))) func shortForm() async throws {
    try await withCluster(.openSearch) { cluster, client in
      let outcome = try await underLoad(client) {
        try await Self.lose(0, .stopped, of: cluster, client)
        try await cluster.endNode(1, .killed)
        try await Task.sleep(for: Self.timeWithoutNode)
      }
      outcome.report("short form")
    }
  }

  @Test(
    "1. again and again", .enabled(if: isSoak, "VITRINE_SOAK=1 runs it"), .timeLimit(.minutes(60)),
    arguments: LocalSearchServer.Kind.allCases)
  func soak(kind: LocalSearchServer.Kind) async throws {
    let seed = getenv("VITRINE_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)
    print("seed of the nodes that end (VITRINE_SEED): \(seed)")
    var random = SeededGenerator(seed: seed)
    try await withCluster(kind) { cluster, client in
      for round in 0..<10 {
        let node = Int.random(in: 0..<3, using: &random)
        let end: LocalSearchServer.NodeEnd = Bool.random(using: &random) ? .stopped : .killed
        let outcome = try await underLoad(client) { try await Self.lose(node, end, of: cluster, client) }
        outcome.report("\(kind), round \(round), node \(node) \(end)")
      }
    }
  }

  /// Ends a node, lets searches continue without it for a while, and restarts it.
  private static func lose(
    _ node: Int, _ end: LocalSearchServer.NodeEnd, of cluster: LocalSearchServer, _ client: ElasticsearchClient
  ) async throws {
    try await cluster.endNode(node, end)
    try await Task.sleep(for: timeWithoutNode)
    try await cluster.startNode(node)
    #expect(try await client.waitUntilAllocated(index, deadline: .now + .seconds(180)))
  }

  private func withCluster(
    _ kind: LocalSearchServer.Kind, _ body: (LocalSearchServer, ElasticsearchClient) async throws -> Void
  ) async throws {
    let cluster = try #require(try await LocalSearchServer.start(kind, nodes: 3))
    do {
      let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: cluster.addresses))
      let indexBody: JSONValue = [
        "settings": [
          "number_of_shards": 2, "number_of_replicas": 1,
          "index": ["unassigned": ["node_left": ["delayed_timeout": "0"]]],
        ], "mappings": ["properties": ["title": ["type": "text"]]],
      ]
      try await client.createIndex(Self.index, body: indexBody, deadline: .now + .seconds(60))
      let documents = (0..<Self.documents).map {
        BulkOperation(
          id: "\($0)", externalVersion: 1,
          action: .index(source: JSONValue.object(["title": .string("red leather shoes number \($0)")]).bytes))
      }
      let written = try await client.bulk(documents, to: Self.index, refresh: true, deadline: .now + .seconds(60))
      #expect(!written.hasErrors)
      #expect(try await client.waitUntilAllocated(Self.index, deadline: .now + .seconds(120)))
      try await body(cluster, client)
    } catch {
      await cluster.stop()
      throw error
    }
    await cluster.stop()
  }

  // MARK: Load

  /// The results of the searches.
  private struct Outcome {
    var searches = 0
    var failures: [String] = []
    var wrong = 0
    var longest = Duration.zero

    func report(_ name: String) {
      print("\(name): \(searches) searches, \(failures.count) failed, the longest took \(longest); \(Set(failures))")
      #expect(failures.count * 1_000 <= searches && wrong == 0, "\(failures.prefix(5))")
      #expect(longest < ClusterTests.deadline + .milliseconds(500))
      #expect(searches > 1_000)
    }
  }

  /// Ample for a machine on which a server is starting at the same time, and far less than a cluster takes to notice
  /// that a node has vanished silently.
  private static let deadline: Duration = .seconds(2)
  private static let workers = 6

  /// Searches with only a short pause in between while `change` runs, and a moment longer.
  private func underLoad(_ client: ElasticsearchClient, _ change: () async throws -> Void) async throws -> Outcome {
    let isOver = Flag()
    async let outcomes = withTaskGroup(of: Outcome.self) { group in
      for _ in 0..<Self.workers { group.addTask { await Self.search(client, until: isOver) } }
      return await group.reduce(into: [Outcome]()) { $0.append($1) }
    }
    let result: Result<Void, any Error>
    do { result = .success(try await change()) } catch { result = .failure(error) }
    isOver.raise()
    var total = Outcome()
    for outcome in await outcomes {
      total.searches += outcome.searches
      total.failures += outcome.failures
      total.wrong += outcome.wrong
      total.longest = max(total.longest, outcome.longest)
    }
    try result.get()
    return total
  }

  private static func search(_ client: ElasticsearchClient, until isOver: Flag) async -> Outcome {
    var outcome = Outcome()
    let request = SearchRequest(
      query: .match(MatchQuery(field: "title", query: "leather")), size: 5, trackTotalHits: .exact)
    while !isOver.isRaised {
      let start = ContinuousClock.now
      do {
        let found = try await client.search(request, in: index, deadline: start + deadline)
        if found.total?.value != documents || found.hits.count != 5 { outcome.wrong += 1 }
      } catch { outcome.failures.append("\(error)") }
      outcome.searches += 1
      outcome.longest = max(outcome.longest, ContinuousClock.now - start)
      // Leave the processor to the servers.
      try? await Task.sleep(for: .milliseconds(4))
    }
    return outcome
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
  }
}
