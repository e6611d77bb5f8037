import Catalog
import Ports
import SearchDSL

/// Carries products to an index with several bulk requests in progress, while the next products are rendered and the
/// ones after them are read.
///
/// Bulks are acknowledged in the order of their products, each only when it and all earlier ones are in the index: a
/// caller that records the progress of the load can trust every acknowledgement. Memory is limited by the number of
/// bulks that exist at once, and two batches of products. An error in any part ends the pipeline, and no bulk after the
/// failed one is acknowledged.
struct BulkPipeline: Sendable {
  /// A bulk that is in the index, together with all earlier ones.
  struct Acknowledged: Sendable {
    var result: BulkWriter.Result
    /// The last of its products.
    var through: ProductID
  }

  /// Bulks that are rendered, being sent, or waiting for an earlier one: as many requests as a node with few cores can
  /// use, and one being made meanwhile.
  static let defaultBulks = 5

  private let maxBulks: Int
  private let maxBytesABulk: Int
  private let clock: any WallClock
  private let send: @Sendable ([BulkOperation]) async throws -> BulkWriter.Result

  init(writer: BulkWriter, index: String, maxBulks: Int = defaultBulks) {
    self.init(maxBulks: maxBulks, maxBytesABulk: writer.maxBytesARequest, clock: writer.clock) {
      try await writer.send($0, to: index, refresh: false)
    }
  }

  /// `send` returns when each operation is done or refused for good.
  init(
    maxBulks: Int, maxBytesABulk: Int, clock: any WallClock,
    send: @escaping @Sendable ([BulkOperation]) async throws -> BulkWriter.Result
  ) {
    precondition(maxBulks > 0, "a pipeline holds at least one bulk")
    self.maxBulks = maxBulks
    self.maxBytesABulk = maxBytesABulk
    self.clock = clock
    self.send = send
  }

  /// Runs `produce`, which adds products in the order of their IDs; returns when all are in the index.
  func run(
    _ produce: @escaping @Sendable (Intake) async throws -> Void,
    acknowledge: @escaping @Sendable (Acknowledged) async throws -> Void
  ) async throws {
    let (batches, intoBatches) = AsyncStream.makeStream(of: Batch.self)
    let (batchRoom, intoBatchRoom) = AsyncStream.makeStream(of: Void.self)
    let (bulks, intoBulks) = AsyncStream.makeStream(of: Bulk.self)
    let (bulkRoom, intoBulkRoom) = AsyncStream.makeStream(of: Void.self)
    intoBatchRoom.yield()
    for _ in 0..<maxBulks { intoBulkRoom.yield() }
    let acknowledgements = Acknowledgements {
      try await acknowledge($0)
      intoBulkRoom.yield()
    }
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        // When the producer finishes or fails, the renderer stops, which ends the loop below; an error also cancels the
        // senders.
        defer { intoBatches.finish() }
        try await produce(Intake(room: batchRoom, output: intoBatches))
        // A cancelled producer may return as if it had finished.
        try Task.checkCancellation()
        intoBatches.yield(.end)
      }
      group.addTask {
        defer { intoBulks.finish() }
        var renderer = Renderer(maxBytesABulk: maxBytesABulk, clock: clock, room: bulkRoom, output: intoBulks)
        for await batch in batches {
          guard case .products(let products) = batch else { return renderer.flush() }
          try await renderer.add(products)
          intoBatchRoom.yield()
        }
        try Task.checkCancellation()
      }
      for await bulk in bulks {
        group.addTask {
          let result = try await send(bulk.operations)
          try await acknowledgements.add(Acknowledged(result: result, through: bulk.through), number: bulk.number)
        }
      }
    }
  }

  fileprivate enum Batch: Sendable {
    case products([ProductSnapshot])
    /// The producer has finished.
    case end
  }

  fileprivate struct Bulk: Sendable {
    var number: Int
    var operations: [BulkOperation]
    var through: ProductID
  }

  /// The entrance for products.
  actor Intake {
    private var room: AsyncStream<Void>.Iterator
    private let output: AsyncStream<Batch>.Continuation

    fileprivate init(room: AsyncStream<Void>, output: AsyncStream<Batch>.Continuation) {
      self.room = room.makeAsyncIterator()
      self.output = output
    }

    /// Passes the products on and returns when all earlier ones are rendered: the next are read while these are
    /// rendered.
    func add(_ products: [ProductSnapshot]) async throws {
      // The iterator's storage is one class: a copy continues at the original's place.
      var iterator = room
      let isGiven: Void? = await iterator.next(isolation: self)
      room = iterator
      guard isGiven != nil else { throw CancellationError() }
      output.yield(.products(products))
    }
  }

  /// Makes bulks from products.
  private struct Renderer {
    let maxBytesABulk: Int
    let clock: any WallClock
    private var room: AsyncStream<Void>.Iterator
    private let output: AsyncStream<Bulk>.Continuation
    private var renderer = ProductDocumentRenderer()
    private var operations: [BulkOperation] = []
    private var bytes = 0
    private var count = 0
    private var last: ProductID?

    init(
      maxBytesABulk: Int, clock: any WallClock, room: AsyncStream<Void>, output: AsyncStream<Bulk>.Continuation
    ) {
      self.maxBytesABulk = maxBytesABulk
      self.clock = clock
      self.room = room.makeAsyncIterator()
      self.output = output
    }

    /// Renders the products; waits while there is no room for another bulk.
    mutating func add(_ products: [ProductSnapshot]) async throws {
      let time = clock.now()
      for product in products {
        if operations.isEmpty {
          guard await room.next() != nil else { throw CancellationError() }
        }
        let operation = BulkWriter.operation(for: product, at: time, &renderer)
        bytes += operation.byteCountEstimate
        operations.append(operation)
        last = product.id
        if bytes >= maxBytesABulk { flush() }
      }
    }

    mutating func flush() {
      guard let last, !operations.isEmpty else { return }
      output.yield(Bulk(number: count, operations: operations, through: last))
      count += 1
      operations = []
      bytes = 0
    }
  }

  /// Calls `acknowledge` for the bulks in their order, one call at a time.
  private actor Acknowledgements {
    private let acknowledge: @Sendable (Acknowledged) async throws -> Void
    private var order = AcknowledgementOrder<Acknowledged>()
    private var isCalling = false
    private var hasFailed = false

    init(_ acknowledge: @escaping @Sendable (Acknowledged) async throws -> Void) { self.acknowledge = acknowledge }

    func add(_ bulk: Acknowledged, number: Int) async throws {
      order.add(bulk, number: number)
      // While a call waits the actor accepts further bulks, which the caller's loop then finds.
      guard !isCalling, !hasFailed else { return }
      isCalling = true
      defer { isCalling = false }
      do {
        while let next = order.next() { try await acknowledge(next) }
      } catch {
        // Acknowledging a later bulk would claim that this one is done.
        hasFailed = true
        throw error
      }
    }
  }
}

/// Elements that finish in any order and are passed on in order.
struct AcknowledgementOrder<Element> {
  private var waiting: [Int: Element] = [:]
  private var nextNumber = 0

  /// Numbers begin at 0, and each occurs once.
  mutating func add(_ element: Element, number: Int) {
    precondition(number >= nextNumber && waiting[number] == nil, "bulk \(number) was acknowledged twice")
    waiting[number] = element
  }

  /// The next element in order; nil while it is not done.
  mutating func next() -> Element? {
    guard let element = waiting.removeValue(forKey: nextNumber) else { return nil }
    nextNumber += 1
    return element
  }
}
