import Catalog
import Ports
import SearchDSL

/// Carries products to an index with several bulk requests under way, while the next products are rendered and those
/// behind them are read.
///
/// Bulks are acknowledged in the order in which their products came, each only when it and all before it are in the
/// index: who records how far the load is may trust every call. The memory it takes is bounded by the number of bulks
/// that exist at once, and two batches of products. An error, of whichever part, ends the whole, and nothing after the
/// failed bulk is acknowledged.
struct BulkPipeline: Sendable {
  /// A bulk that is in the index, as are all before it.
  struct Acknowledged: Sendable {
    var result: BulkWriter.Result
    /// The last of its products.
    var through: ProductID
  }

  /// Bulks that are rendered, on their way, or waiting for an earlier one: as many requests as a node of few cores has
  /// use for, and one that is made meanwhile.
  static let defaultBulks = 5

  private let mostBulks: Int
  private let mostBytesABulk: Int
  private let clock: any WallClock
  private let send: @Sendable ([BulkOperation]) async throws -> BulkWriter.Result

  init(writer: BulkWriter, index: String, mostBulks: Int = defaultBulks) {
    self.init(mostBulks: mostBulks, mostBytesABulk: writer.mostBytesARequest, clock: writer.clock) {
      try await writer.send($0, to: index, refresh: false)
    }
  }

  /// `send` returns when each operation is done or refused for good.
  init(
    mostBulks: Int, mostBytesABulk: Int, clock: any WallClock,
    send: @escaping @Sendable ([BulkOperation]) async throws -> BulkWriter.Result
  ) {
    precondition(mostBulks > 0, "a pipeline holds at least one bulk")
    self.mostBulks = mostBulks
    self.mostBytesABulk = mostBytesABulk
    self.clock = clock
    self.send = send
  }

  /// Runs `produce`, which adds products in the order of their ids; returns when all are in the index.
  func run(
    _ produce: @escaping @Sendable (Intake) async throws -> Void,
    acknowledge: @escaping @Sendable (Acknowledged) async throws -> Void
  ) async throws {
    let (batches, intoBatches) = AsyncStream.makeStream(of: Batch.self)
    let (batchRoom, intoBatchRoom) = AsyncStream.makeStream(of: Void.self)
    let (bulks, intoBulks) = AsyncStream.makeStream(of: Bulk.self)
    let (bulkRoom, intoBulkRoom) = AsyncStream.makeStream(of: Void.self)
    intoBatchRoom.yield()
    for _ in 0..<mostBulks { intoBulkRoom.yield() }
    let acknowledgements = Acknowledgements {
      try await acknowledge($0)
      intoBulkRoom.yield()
    }
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        // What ends the producer ends the renderer, and that the loop below, also an error, which then ends the senders.
        defer { intoBatches.finish() }
        try await produce(Intake(room: batchRoom, output: intoBatches))
        // A producer that was cancelled may have returned as if it had come to its end.
        try Task.checkCancellation()
        intoBatches.yield(.end)
      }
      group.addTask {
        defer { intoBulks.finish() }
        var renderer = Renderer(mostBytesABulk: mostBytesABulk, clock: clock, room: bulkRoom, output: intoBulks)
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
    /// The producer has come to its end.
    case end
  }

  fileprivate struct Bulk: Sendable {
    var number: Int
    var operations: [BulkOperation]
    var through: ProductID
  }

  /// Where products go in.
  actor Intake {
    private var room: AsyncStream<Void>.Iterator
    private let output: AsyncStream<Batch>.Continuation

    fileprivate init(room: AsyncStream<Void>, output: AsyncStream<Batch>.Continuation) {
      self.room = room.makeAsyncIterator()
      self.output = output
    }

    /// Hands the products on and returns when all before them are rendered: while these are, the next ones are read.
    func add(_ products: [ProductSnapshot]) async throws {
      // The iterator's storage is one class: a copy of it goes on where the other is.
      var iterator = room
      let isGiven: Void? = await iterator.next(isolation: self)
      room = iterator
      guard isGiven != nil else { throw CancellationError() }
      output.yield(.products(products))
    }
  }

  /// Makes bulks of products.
  private struct Renderer {
    let mostBytesABulk: Int
    let clock: any WallClock
    private var room: AsyncStream<Void>.Iterator
    private let output: AsyncStream<Bulk>.Continuation
    private var renderer = ProductDocumentRenderer()
    private var operations: [BulkOperation] = []
    private var bytes = 0
    private var count = 0
    private var last: ProductID?

    init(
      mostBytesABulk: Int, clock: any WallClock, room: AsyncStream<Void>, output: AsyncStream<Bulk>.Continuation
    ) {
      self.mostBytesABulk = mostBytesABulk
      self.clock = clock
      self.room = room.makeAsyncIterator()
      self.output = output
    }

    /// Renders the products; waits where there is no room for another bulk.
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
        if bytes >= mostBytesABulk { flush() }
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

  /// Calls `acknowledge` for bulk after bulk in their order, one call at a time.
  private actor Acknowledgements {
    private let acknowledge: @Sendable (Acknowledged) async throws -> Void
    private var order = AcknowledgementOrder<Acknowledged>()
    private var isCalling = false
    private var hasFailed = false

    init(_ acknowledge: @escaping @Sendable (Acknowledged) async throws -> Void) { self.acknowledge = acknowledge }

    func add(_ bulk: Acknowledged, number: Int) async throws {
      order.add(bulk, number: number)
      // While a call waits the actor takes in others, which the caller's loop then finds.
      guard !isCalling, !hasFailed else { return }
      isCalling = true
      defer { isCalling = false }
      do {
        while let next = order.next() { try await acknowledge(next) }
      } catch {
        // To acknowledge what comes behind would be to say that this one is done.
        hasFailed = true
        throw error
      }
    }
  }
}

/// What is done out of order and handed on in order.
struct AcknowledgementOrder<Element> {
  private var waiting: [Int: Element] = [:]
  private var nextNumber = 0

  /// Numbers begin at 0, and each comes once.
  mutating func add(_ element: Element, number: Int) {
    precondition(number >= nextNumber && waiting[number] == nil, "bulk \(number) was acknowledged twice")
    waiting[number] = element
  }

  /// The next in order; nil while it is not done.
  mutating func next() -> Element? {
    guard let element = waiting.removeValue(forKey: nextNumber) else { return nil }
    nextNumber += 1
    return element
  }
}
