public import Catalog
public import Ports
public import SearchDSL

/// Sends products to an index: makes the operations, splits them by bytes, and waits while the engine is busy or away.
public struct BulkWriter: Sendable {
  /// Elasticsearch's advice for one `_bulk` is 5 to 15 MB; the smallest keeps memory use low on both sides.
  public static let defaultBytesARequest = 5 * 1024 * 1024
  /// The version of a delete after the row is gone: IDs are never used again, so nothing is newer.
  static let deletedVersion = Int64.max / 2
  private static let requestDeadline = Duration.seconds(60)
  private static let longestPause = Duration.seconds(10)

  public struct Result: Sendable, Equatable {
    public var written = 0
    public var deleted = 0
    public var outdated = 0
    public var deadLetters: [DeadLetter] = []

    public init() {}

    mutating func add(_ other: Result) {
      written += other.written
      deleted += other.deleted
      outdated += other.outdated
      deadLetters += other.deadLetters
    }
  }

  let engine: any SearchEngine
  let clock: any WallClock
  let maxBytesARequest: Int
  /// Called for each pause, with the reason.
  let onRetry: @Sendable (String) -> Void

  public init(
    engine: any SearchEngine, clock: any WallClock, maxBytesARequest: Int = defaultBytesARequest,
    onRetry: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.engine = engine
    self.clock = clock
    self.maxBytesARequest = maxBytesARequest
    self.onRetry = onRetry
  }

  /// Updates the index to the state of these rows: writes searchable products, and removes the others and the `deleted`
  /// IDs.
  public func write(_ products: [ProductSnapshot], deleted: [ProductID] = [], to index: String, refresh: Bool)
    async throws -> Result
  { try await send(bulks(of: products, deleted: deleted), to: index, refresh: refresh) }

  /// The requests that update the index to the state of these rows, one after the other: they write searchable
  /// products, and remove the others and the `deleted` IDs.
  func bulks(of products: [ProductSnapshot], deleted: [ProductID]) -> [[BulkOperation]] {
    let time = clock.now()
    var bulks: [[BulkOperation]] = []
    var operations: [BulkOperation] = []
    var bytes = 0
    var renderer = ProductDocumentRenderer()
    for product in products {
      if bytes >= maxBytesARequest {
        bulks.append(operations)
        operations.removeAll()
        bytes = 0
      }
      let operation = Self.operation(for: product, at: time, &renderer)
      operations.append(operation)
      bytes += operation.byteCountEstimate
    }
    for id in deleted {
      operations.append(BulkOperation(id: id.description, externalVersion: Self.deletedVersion, action: .delete))
    }
    if !operations.isEmpty { bulks.append(operations) }
    return bulks
  }

  /// The operation that updates the index to the row's state: writes a searchable product, removes any other.
  static func operation(
    for product: ProductSnapshot, at time: Timestamp, _ renderer: inout ProductDocumentRenderer
  ) -> BulkOperation {
    let document = ProductDocument(product, at: time)
    let action: BulkOperation.Action =
      product.isSearchable ? .index(source: renderer.source(of: document)) : .delete
    return BulkOperation(id: document.id, externalVersion: product.documentVersion, action: action)
  }

  /// Sends one request after the other; if `refresh` is set, the last makes all of them visible.
  func send(_ bulks: [[BulkOperation]], to index: String, refresh: Bool) async throws -> Result {
    var result = Result()
    for (number, bulk) in bulks.enumerated() {
      result.add(try await send(bulk, to: index, refresh: refresh && number == bulks.count - 1))
    }
    return result
  }

  /// Sends the operations until each is done or refused for good.
  func send(_ operations: [BulkOperation], to index: String, refresh: Bool) async throws -> Result {
    var batch = BulkBatch(operations)
    var pause = Duration.milliseconds(50)
    while !batch.isDone {
      try Task.checkCancellation()
      if let failure = await attempt(&batch, index: index, refresh: refresh) {
        guard failure.isWorthRepeating else { throw failure }
        onRetry(failure.description)
      } else if !batch.isDone {
        onRetry("the engine had no room for \(batch.pending.count) of \(operations.count) documents")
      } else {
        break
      }
      try await Task.sleep(for: pause * Double.random(in: 0.5...1))
      pause = min(pause * 2, Self.longestPause)
    }
    return outcome(of: batch)
  }

  /// Sends the pending operations once; returns the failure if the request failed as a whole.
  private func attempt(_ batch: inout BulkBatch, index: String, refresh: Bool) async -> SearchEngineError? {
    do throws(SearchEngineError) {
      let deadline = ContinuousClock.now + Self.requestDeadline
      let response = try await engine.bulk(batch.pending, to: index, refresh: refresh, deadline: deadline)
      try batch.receive(response)
      return nil
    } catch {
      return error
    }
  }

  private func outcome(of batch: BulkBatch) -> Result {
    var result = Result()
    result.written = batch.written
    result.deleted = batch.deleted
    result.outdated = batch.outdated
    result.deadLetters = batch.refused.compactMap { refused in
      ProductID(refused.operation.id).map {
        DeadLetter(
          product: $0, documentVersion: refused.operation.externalVersion ?? 0, reason: refused.reason,
          document: refused.operation.document)
      }
    }
    return result
  }
}

extension BulkOperation {
  fileprivate var document: String? {
    if case .index(let source) = action { String(decoding: source, as: UTF8.self) } else { nil }
  }
}

extension SearchEngineError {
  /// Whether the same request may succeed later, because the engine is away or full. Indexing waits for that without
  /// limit.
  var isWorthRepeating: Bool {
    switch self {
    case .unavailable, .deadlineExceeded, .malformedAnswer: true
    case .refused(let status, let type, _, _): status == 429 || status >= 500 || type == "cluster_block_exception"
    case .indexNotFound: false
    }
  }
}
