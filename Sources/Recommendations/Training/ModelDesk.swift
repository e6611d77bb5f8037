import Catalog
public import Ports
public import Recommending

/// Trains models, keeps them as files with a ledger, and says which one is served.
public struct ModelDesk: Sendable {
  /// Files that are kept beside the one that is served.
  static let keptModels = 10

  private let ledger: any ModelLedger
  private let folder: ModelFolder
  private let clock: any WallClock
  private let codeVersion: String

  public init(ledger: any ModelLedger, folder: ModelFolder, clock: any WallClock, codeVersion: String) {
    self.ledger = ledger
    self.folder = folder
    self.clock = clock
    self.codeVersion = codeVersion
  }

  public struct Report: Sendable {
    public var entry: ModelEntry
    public var verdict: ModelGate.Verdict
    public var isPromoted: Bool
    public var deeds: Int
    public var products: Int
    public var unknownProducts: Int
  }

  /// Trains a recommender, measures it against the one in use, and serves it if the gate passes it and `promotes`.
  public func train(
    products source: any ProductSource, history: any InteractionHistory, gate: ModelGate = ModelGate(),
    promotes: Bool = true, progress: @escaping @Sendable (String) throws -> Void = { _ in }
  ) async throws -> Report {
    let now = clock.now()
    try progress("reading the catalog")
    let products = try await Self.products(source)
    let data = try await TrainingData.read(history, products: products.map(\.id), now: now) {
      try progress("reading the history: \($0) deeds")
    }
    let serving = try await ledger.serving(kind: RecommenderModel.kind)
    let outcome = try await onThread { isCancelled in
      let progress: @Sendable (String) throws -> Void = {
        if isCancelled() { throw CancellationError() }
        try progress($0)
      }
      let training = RecommenderTraining(products: products, data: data)
      // The model in use has learnt from all days until then.
      let since = serving.map { $0.dataThrough.microsecondsSinceEpoch / 1_000_000 }
      let comparable = since.flatMap { training.split(from: $0) == nil ? nil : $0 }
      let outcome = try training.learn(heldOutFrom: comparable, progress: progress)
      let inUse = comparable.flatMap { since in
        serving.flatMap { try? folder.read($0.file) }.flatMap { training.recall(of: $0, from: since) }
      }
      let verdict = gate.verdict(on: outcome.validation, inUse: inUse)
      guard inUse == nil, let serving else { return (outcome, verdict) }
      return (outcome, gate.verdict(verdict, deeds: data.count, uncompared: serving))
    }
    try progress("writing the model")
    var verdict = outcome.1
    if verdict.isPassed, let serving, serving.isHeld {
      verdict.findings =
        "waits for 'vitrine models promote', because model \(serving.number) serves since a rollback; \(verdict.findings)"
    }
    let entry = try await keep(outcome.0, data: data, verdict: verdict, at: now)
    var report = Report(
      entry: entry, verdict: verdict, isPromoted: false, deeds: data.count, products: products.count,
      unknownProducts: data.unknownProducts)
    if verdict.isPassed, promotes {
      report.isPromoted = try await ledger.promote(entry.number, by: .training, now: clock.now())
      if report.isPromoted { report.entry.state = .serving }
    }
    for file in try await ledger.prune(kind: RecommenderModel.kind, keeping: Self.keptModels) { folder.remove(file) }
    return report
  }

  /// The model of products that nobody has chosen yet: their likeness alone.
  func untrained(_ source: any ProductSource) async throws -> RecommenderModel {
    let products = try await Self.products(source)
    let data = TrainingData(products: products.map(\.id), through: clock.now())
    return try await onThread { isCancelled in
      try RecommenderTraining(products: products, data: data).learn { _ in
        if isCancelled() { throw CancellationError() }
      }.model
    }
  }

  private static func products(_ source: any ProductSource) async throws -> [TrainingProduct] {
    let collector = Collector<TrainingProduct>()
    try await source.forEachProductBatch(size: 1_000, after: nil) { batch in
      collector.add(batch.filter(\.isSearchable).map(TrainingProduct.init))
      try Task.checkCancellation()
    }
    return collector.values
  }

  private func keep(
    _ outcome: RecommenderTraining.Outcome, data: TrainingData, verdict: ModelGate.Verdict, at now: Timestamp
  ) async throws -> ModelEntry {
    let digest = String(data.digest, radix: 16)
    var metrics = outcome.validation?.metrics ?? [:]
    metrics["deeds"] = Double(data.count)
    metrics["products"] = Double(data.products.count)
    metrics["bytes"] = Double(outcome.model.bytes)
    let provenance = ModelFile.Provenance(
      kind: RecommenderModel.kind, dataDigest: digest, codeVersion: codeVersion, seed: 0,
      trainedSeconds: now.microsecondsSinceEpoch / 1_000_000, metrics: metrics)
    let file = try folder.write(outcome.model.file(provenance))
    var entry = ModelEntry(
      kind: RecommenderModel.kind, state: verdict.isPassed ? .candidate : .refused, file: file, dataDigest: digest,
      codeVersion: codeVersion, seed: 0, metrics: metrics, dataThrough: now, trainedAt: now,
      findings: verdict.findings)
    entry.number = try await ledger.add(entry)
    return entry
  }

  /// Serves the model that was served before the present one, which is refused from then on: a second rollback goes further
  /// back. nil if there is none. Until a person promotes another, training only adds candidates, because the same deeds would
  /// give a model much like the one that was taken out of use.
  public func rollBack() async throws -> ModelEntry? {
    let before = try await ledger.servedBefore(kind: RecommenderModel.kind, kept: Self.keptModels)
    guard let before else { return nil }
    _ = try folder.read(before.file)  // A damaged file is not served.
    return try await ledger.rollBack(to: before.number, now: clock.now()) ? before : nil
  }

  /// Serves this model; nil if there is no such model, or its file cannot be read.
  public func promote(_ number: Int64) async throws -> ModelEntry? {
    guard let entry = try await ledger.model(number) else { return nil }
    _ = try folder.read(entry.file)  // A damaged file is not served.
    return try await ledger.promote(number, by: .person, now: clock.now()) ? entry : nil
  }

  /// The model that is served, read from its file; nil if there is none yet.
  public func serving() async throws -> (entry: ModelEntry, read: @Sendable () throws -> RecommenderModel)? {
    guard let entry = try await ledger.serving(kind: RecommenderModel.kind) else { return nil }
    return (entry, { [folder] in try folder.read(entry.file) })
  }
}

extension RecommenderTraining {
  /// The recall@20 of a model that learnt from the days before `start`, over the products of this data.
  func recall(of model: RecommenderModel, from start: Int64) -> Double? {
    guard let split = split(from: start, fading: model.fading) else { return nil }
    let places = Dictionary(
      data.products.enumerated().map { ($1, Int32(clamping: $0)) }, uniquingKeysWith: { first, _ in first })
    let map = model.products.map { places[$0] }
    let scoring = HybridScoring(
      together: model.together.moved(to: map, count: data.products.count),
      likeness: model.likeness.moved(to: map, count: data.products.count),
      popularity: data.popularity(until: start), choices: split.learnt.columnCounts(), blend: model.blend)
    return TopNMeasure(split.heldOut, model: scoring, workers: workers)?.recall
  }
}

extension ItemWeights {
  /// The same weights between other places; nil: the item has none.
  func moved(to places: [Int32?], count: Int) -> ItemWeights {
    var entries: [SparseRows.Entry] = []
    entries.reserveCapacity(rows.count)
    for row in 0..<rows.rowCount {
      guard let from = places[row] else { continue }
      for place in rows.range(row) {
        guard let target = places[Int(rows.columns[place])] else { continue }
        entries.append(SparseRows.Entry(row: from, column: target, value: rows.values[place]))
      }
    }
    return ItemWeights(rows: SparseRows(rowCount: count, columnCount: count, entries: entries))
  }
}
