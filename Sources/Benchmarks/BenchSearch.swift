package import Bootstrap
import Catalog
import Configuration
import ElasticsearchClient
import HTTPServer
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchService

/// `vitrine bench search`: the shop's search in process and over HTTP, with a real OpenSearch beside it.
///
/// Both engines hold the same documents under the same mapping and run the same body: the shop's own, with 24 hits, all
/// facets and the exact count. Over HTTP the shop does more than its peer: it understands the query, quotes each price
/// from Postgres and writes its own JSON. Rounds alternate, so that other load on the machine affects both alike.
package struct SearchBenchmark {
  struct Contender {
    var name: String
    var rounds: [LoadGenerator.Figures] = []

    var median: LoadGenerator.Figures {
      func middle(_ value: (LoadGenerator.Figures) -> Double) -> Double {
        let sorted = rounds.map(value).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
      }
      return LoadGenerator.Figures(
        requestsPerSecond: middle(\.requestsPerSecond), p50Milliseconds: middle(\.p50Milliseconds),
        p99Milliseconds: middle(\.p99Milliseconds))
    }
  }

  private static let deadline = Duration.seconds(120)
  private static let batch = 500
  private static let peerIndex = "vitrine-bench"

  /// Computes every search.
  let shop: Shop
  /// The same catalog behind the request cache.
  let caching: Shop
  let queries: [String]
  let rounds: Int
  let secondsPerRound: Int
  let connections: [Int]
  let terminal: Terminal

  package init(
    shop: Shop, caching: Shop, queries: [String], rounds: Int, secondsPerRound: Int, connections: [Int],
    terminal: Terminal
  ) {
    self.shop = shop
    self.caching = caching
    self.queries = queries
    self.rounds = rounds
    self.secondsPerRound = secondsPerRound
    self.connections = connections
    self.terminal = terminal
  }

  package func run() async throws {
    let server = try shop.server(port: 0)
    let cachingServer = try caching.server(port: 0)
    for shop in [shop, caching] {
      let embedded = try await shop.indexFull()
      terminal.print("embedded node: \(embedded.documents) products indexed in \(embedded.seconds) s, from Postgres")
      try await shop.knowledge.refresh()
    }
    let service = shop.searchService()
    let bodies = queries.map { service.request(for: SearchInput(text: $0)) }
    let peer = try await startPeer(warmedBy: bodies)
    defer { peer?.stopAndWait() }
    do {
      let (port, cachingPort) = (try server.start(), try cachingServer.start())
      for count in connections {
        try await compare(bodies, clients: count, port: port, cachingPort: cachingPort, peer: peer)
      }
    } catch {
      await server.shutdown(gracePeriod: .seconds(1))
      await cachingServer.shutdown(gracePeriod: .seconds(1))
      throw error
    }
    await server.shutdown(gracePeriod: .seconds(1))
    await cachingServer.shutdown(gracePeriod: .seconds(1))
  }

  private func compare(
    _ bodies: [SearchRequest], clients count: Int, port: Int, cachingPort: Int, peer: LocalSearchServer?
  ) async throws {
    let shopRequests = queries.map { LoadGenerator.Request(path: "/v1/search?q=\(Self.encoded($0))") }
    let peerRequests = bodies.map { LoadGenerator.Request(path: "/\(Self.peerIndex)/_search", body: $0.json.text) }

    var inProcess = Contender(name: "embedded node, in process")
    var overHTTP = Contender(name: "vitrine /v1/search, HTTP")
    var cachedInProcess = Contender(name: "in process, request cache")
    var cachedOverHTTP = Contender(name: "HTTP, request cache")
    var opensearch = Contender(name: "OpenSearch _search, HTTP")
    func load(_ address: String, _ requests: [LoadGenerator.Request]) async throws -> LoadGenerator.Figures {
      try await LoadGenerator.run(address, requests: requests, connections: count, seconds: secondsPerRound)
    }
    for _ in 0..<rounds {
      inProcess.rounds.append(try await measureInProcess(shop, bodies, tasks: count))
      overHTTP.rounds.append(try await load("http://127.0.0.1:\(port)", shopRequests))
      cachedInProcess.rounds.append(try await measureInProcess(caching, bodies, tasks: count))
      cachedOverHTTP.rounds.append(try await load("http://127.0.0.1:\(cachingPort)", shopRequests))
      if let peer { opensearch.rounds.append(try await load(peer.address, peerRequests)) }
    }
    let own = [inProcess, overHTTP, cachedInProcess, cachedOverHTTP]
    report(own, beside: peer == nil ? nil : opensearch, clients: count)
  }

  /// OpenSearch with the same documents, warmed up; nil if Java or the server's folder is missing.
  private func startPeer(warmedBy bodies: [SearchRequest]) async throws -> LocalSearchServer? {
    guard let peer = try await LocalSearchServer.start(.openSearch, heapMegabytes: 1024) else {
      terminal.print("no OpenSearch beside it: \(LocalSearchServer.absence ?? "it could not be started")")
      return nil
    }
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [peer.address]))
    let start = ContinuousClock.now
    try await client.createIndex(Self.peerIndex, body: shop.mapping.body, deadline: .now + Self.deadline)
    let writer = BulkWriter(engine: client, clock: shop.clock)
    try await shop.catalog.forEachProductBatch(size: Self.batch, after: nil) { products in
      _ = try await writer.write(products, to: Self.peerIndex, refresh: false)
    }
    try await client.refresh(Self.peerIndex, deadline: .now + Self.deadline)
    let count = try await client.count(Query.matchAll(), in: Self.peerIndex, deadline: .now + Self.deadline)
    terminal.print(
      "OpenSearch: \(count) products indexed in \(Self.rounded((ContinuousClock.now - start) / .seconds(1))) s")
    let warmUp = bodies.map { LoadGenerator.Request(path: "/\(Self.peerIndex)/_search", body: $0.json.text) }
    _ = try await LoadGenerator.run(peer.address, requests: warmUp, connections: 2, seconds: max(5, secondsPerRound))
    return peer
  }

  /// Searches from `tasks` concurrent tasks for the round's time.
  private func measureInProcess(
    _ shop: Shop, _ bodies: [SearchRequest], tasks: Int
  ) async throws -> LoadGenerator.Figures {
    let end = ContinuousClock.now + .seconds(secondsPerRound)
    let (engine, index) = (shop.engine, shop.indexAlias)
    let start = ContinuousClock.now
    var times = try await withThrowingTaskGroup(of: [Double].self) { group in
      for task in 0..<tasks {
        group.addTask {
          var times: [Double] = []
          var next = task
          while ContinuousClock.now < end {
            let begin = ContinuousClock.now
            _ = try await engine.search(bodies[next % bodies.count], in: index, deadline: begin + Self.deadline)
            times.append((ContinuousClock.now - begin) / .milliseconds(1))
            next += 1
          }
          return times
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    times.sort()
    return LoadGenerator.Figures(
      requestsPerSecond: Double(times.count) / seconds, p50Milliseconds: times[times.count / 2],
      p99Milliseconds: times[min(times.count - 1, times.count * 99 / 100)])
  }

  private func report(_ own: [Contender], beside peer: Contender?, clients: Int) {
    terminal.print("\n\(clients) client\(clients == 1 ? "" : "s"), median of \(rounds) rounds of \(secondsPerRound) s:")
    let peerRate = peer?.median.requestsPerSecond
    for contender in own + (peer.map { [$0] } ?? []) {
      let figures = contender.median
      let ratio = peerRate.map { " \(Self.rounded(figures.requestsPerSecond / max(1, $0)))x" } ?? ""
      let name = contender.name + String(repeating: " ", count: max(1, 28 - contender.name.count))
      terminal.print(
        "  \(name)p50 \(Self.rounded(figures.p50Milliseconds)) ms, p99 \(Self.rounded(figures.p99Milliseconds)) ms, "
          + "\(Int(saturating: figures.requestsPerSecond)) requests/s\(ratio)")
    }
  }

  static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }.joined()
  }
}
