package import Bootstrap
import Catalog
import Configuration
import ElasticsearchClient
import Glibc
package import Indexer
package import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Threading

/// `vitrine bench index`: the whole way from Postgres into an engine, beside the same documents sent ready-made.
package struct IndexBenchmark {
  /// The cost of one contender.
  struct Figures: Sendable {
    var documents: Int
    var seconds: Double
    /// For a full run: until the last document was acknowledged.
    var loadSeconds: Double
    var ownCPU: Double
    var postgresCPU: Double
    var engineCPU: Double
    var peakMegabytes: Int

    var rate: Double { Double(documents) / seconds }
    func microseconds(_ cpu: Double) -> String { "\((cpu / Double(max(1, documents)) * 1e7).rounded() / 10)" }
  }

  private enum Contender { case full, readyMade }

  private static let deadline = Duration.seconds(300)
  private static let peerIndex = "bench-ready-made"

  let catalog: GeneratedCatalog
  let mapping: IndexMapping
  let products: Int
  let connections: Int
  let rounds: Int
  /// Bodies that are sent before the measurement; if there are fewer, all of them are sent again. Java compiles
  /// frequent code.
  let warmUpBulks: Int
  /// Documents that are made to drift after the last round, for `verify` to repair; 0: none.
  let drifts: Int
  let terminal: Terminal

  package init(
    catalog: GeneratedCatalog, mapping: IndexMapping, products: Int, connections: Int, rounds: Int, warmUpBulks: Int,
    drifts: Int, terminal: Terminal
  ) {
    self.catalog = catalog
    self.mapping = mapping
    self.products = products
    self.connections = connections
    self.rounds = rounds
    self.warmUpBulks = warmUpBulks
    self.drifts = drifts
    self.terminal = terminal
  }

  // MARK: Into the embedded node

  package func runEmbedded() async throws {
    let node = SearchNode()
    let figures = try await full(into: node, alias: "bench-embedded", engineProcess: nil)
    report("vitrine index full, embedded node", figures, engine: "")
    try await waitForMerges(of: node, alias: "bench-embedded", documents: figures.documents)
    if drifts > 0 { try await verify(node, alias: "bench-embedded", drifts: drifts) }
    terminal.print("memory of the process with the index: \(ProcessFigures.ownMegabytes()) MB")
  }

  /// Waits for merges that continue after the index is in use: loading the node caused this work.
  private func waitForMerges(of node: SearchNode, alias: String, documents: Int) async throws {
    let (start, cpu) = (ContinuousClock.now, ProcessFigures.ownCPUSeconds())
    while try node.isMerging(alias) { try await Task.sleep(for: .milliseconds(10)) }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let microseconds = (ProcessFigures.ownCPUSeconds() - cpu) / Double(max(1, documents)) * 1e6
    terminal.print(
      "  merges beside it ended \(Self.rounded(seconds)) s later, \(Self.rounded(microseconds)) µs CPU a document")
  }

  // MARK: Into a server

  package func run(_ kind: LocalSearchServer.Kind, heapMegabytes: Int) async throws {
    guard let server = try await LocalSearchServer.start(kind, heapMegabytes: heapMegabytes) else {
      terminal.printError(LocalSearchServer.absence ?? "no search server could be started")
      return
    }
    defer { server.stopAndWait() }
    let engine = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let information = try await engine.information(deadline: .now + Self.deadline)
    terminal.print("\(information.distribution) \(information.version), heap \(heapMegabytes) MB")
    let meter = terminal.progress("render", unit: "products", total: products)
    let ready = try await PrerenderedBulks.render(
      PostgresCatalog(catalog.pool), at: SystemClock().now(), folder: catalog.server.folder
    ) { meter.advance(by: $0) }
    defer { ready.remove() }
    meter.finish()
    terminal.print("\(ready.documents) documents ready, \(ready.byteCount / max(1, ready.documents)) bytes each")

    let process = server.processID ?? 0
    for count in ready.passes(ofBodies: warmUpBulks) {
      _ = try await send(ready, to: engine, server, process, limit: count)
    }
    var (theirs, ours): ([Figures], [Figures]) = ([], [])
    for round in 1...rounds {
      // The second contender meets a warmer engine, so each goes first in every other round.
      let order: [Contender] = round.isMultiple(of: 2) ? [.readyMade, .full] : [.full, .readyMade]
      for contender in order {
        switch contender {
        case .full:
          ours.append(try await full(into: engine, alias: "bench-\(kind.rawValue)", engineProcess: process))
          report("vitrine index full", ours[ours.count - 1], engine: kind.rawValue)
          if round == rounds, drifts > 0 {
            try await verify(engine, alias: "bench-\(kind.rawValue)", drifts: drifts)
          }
          try await removeIndices(of: engine)
        case .readyMade:
          theirs.append(try await send(ready, to: engine, server, process, limit: nil))
          report("ready-made, \(connections) connections", theirs[theirs.count - 1], engine: kind.rawValue)
        }
      }
    }
    let load = Self.median(theirs.map(\.seconds)) / Self.median(ours.map(\.loadSeconds))
    let whole = Self.median(theirs.map(\.seconds)) / Self.median(ours.map(\.seconds))
    terminal.print(
      "ratio to ready-made: \(Self.rounded(load)) until the last document is in, \(Self.rounded(whole)) with gate and swap"
    )
  }

  private func send(
    _ ready: PrerenderedBulks, to engine: ElasticsearchClient, _ server: LocalSearchServer, _ process: Int32,
    limit: Int?
  ) async throws -> Figures {
    let meter = Meter(catalog.server.processID, process)
    let body = mapping.bodyForLoading(on: try await engine.information(deadline: .now + Self.deadline))
    try await engine.createIndex(Self.peerIndex, body: body, deadline: .now + Self.deadline)
    let progress = terminal.progress("ready-made", unit: "products", total: limit == nil ? ready.documents : nil)
    try await ready.send(to: server.address, index: Self.peerIndex, connections: connections, limit: limit) {
      progress.advance(by: $0)
    }
    progress.finish()
    try await engine.refresh(Self.peerIndex, deadline: .now + Self.deadline)
    let count = try await engine.count(.matchAll(), in: Self.peerIndex, deadline: .now + Self.deadline)
    let figures = meter.figures(documents: count, loadSeconds: nil)
    try await engine.deleteIndex(Self.peerIndex, deadline: .now + Self.deadline)
    return figures
  }

  private func removeIndices(of engine: any SearchEngine) async throws {
    for index in try await engine.indices(matching: "bench-*", deadline: .now + Self.deadline) {
      try await engine.deleteIndex(index.name, deadline: .now + Self.deadline)
    }
  }

  // MARK: Both

  private func full(into engine: any SearchEngine, alias: String, engineProcess: Int32?) async throws -> Figures {
    let store = PostgresCatalog(catalog.pool)
    let (terminal, products) = (terminal, products)
    let full = FullIndex(
      source: store, ledger: PostgresIndexingLedger(catalog.pool), leases: PostgresLeases(catalog.pool), engine: engine,
      mapping: mapping, clock: SystemClock(),
      onRetry: { terminal.printError("index full waits: \($0)") })
    var options = FullIndex.Options(alias: alias)
    options.startsOver = true
    let progress = terminal.progress("index full", unit: "products", total: products)
    let meter = Meter(catalog.server.processID, engineProcess)
    let lastDocument = Guarded(ContinuousClock.now)
    let start = ContinuousClock.now
    let report = try await full.run(options) {
      progress.advance(by: $0)
      lastDocument.withLock { $0 = .now }
    }
    progress.finish()
    return meter.figures(
      documents: report.documents, loadSeconds: (lastDocument.withLock { $0 } - start) / .seconds(1))
  }

  /// Reads clocks and processes when it is made and when it returns its figures.
  private struct Meter {
    let postgres: Int32?
    let engine: Int32?
    let start = ContinuousClock.now
    let own = ProcessFigures.ownCPUSeconds()
    let postgresCPU: Double
    let engineCPU: Double

    init(_ postgres: Int32?, _ engine: Int32?) {
      self.postgres = postgres
      self.engine = engine
      postgresCPU = postgres.map(ProcessFigures.cpuSeconds) ?? 0
      engineCPU = engine.map(ProcessFigures.cpuSeconds) ?? 0
      ProcessFigures.forgetPeak()
    }

    func figures(documents: Int, loadSeconds: Double?) -> Figures {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      return Figures(
        documents: documents, seconds: seconds, loadSeconds: loadSeconds ?? seconds,
        ownCPU: ProcessFigures.ownCPUSeconds() - own,
        postgresCPU: (postgres.map(ProcessFigures.cpuSeconds) ?? 0) - postgresCPU,
        engineCPU: (engine.map(ProcessFigures.cpuSeconds) ?? 0) - engineCPU,
        peakMegabytes: ProcessFigures.ownPeakMegabytes())
    }
  }

  private func report(_ name: String, _ figures: Figures, engine: String) {
    let engineCPU = engine.isEmpty ? "" : ", \(engine) \(figures.microseconds(figures.engineCPU))"
    terminal.print(
      """
      \(name): \(figures.documents) documents in \(Self.rounded(figures.seconds)) s, \(Int(saturating: figures.rate)) a second \
      (\(Int(saturating: Double(figures.documents) / figures.loadSeconds)) until the last one was in)
        CPU µs a document: vitrine \(figures.microseconds(figures.ownCPU)), Postgres \
      \(figures.microseconds(figures.postgresCPU))\(engineCPU); vitrine's peak memory \(figures.peakMegabytes) MB
      """)
  }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
