import Catalog
import Ports
import SearchDSL

/// Carries products to an index with several bulk requests under way, while the next products are read and rendered.
///
/// Bulks are acknowledged in the order in which their products came, each only when it and all before it are in the
/// index: who records how far the load is may trust every call. The memory it takes is bounded by the number of bulks
/// that exist at once. An error, of whichever part, ends the whole, and nothing after the failed bulk is acknowledged.
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

  let writer: BulkWriter
  let index: String
  let mostBulks: Int

  init(writer: BulkWriter, index: String, mostBulks: Int = defaultBulks) {
    precondition(mostBulks > 0, "a pipeline holds at least one bulk")
    self.writer = writer
    self.index = index
    self.mostBulks = mostBulks
  }

  /// Runs `produce`, which adds products in the order of their ids; returns when all are in the index.
  func run(
    _ produce: @escaping @Sendable (Intake) async throws -> Void,
    acknowledge: @escaping @Sendable (Acknowledged) async throws -> Void
  ) async throws {
    let (bulks, intoBulks) = AsyncStream.makeStream(of: Bulk.self)
    let (room, intoRoom) = AsyncStream.makeStream(of: Void.self)
    for _ in 0..<mostBulks { intoRoom.yield() }
    let acknowledgements = Acknowledgements {
      try await acknowledge($0)
      intoRoom.yield()
    }
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        // What ends the producer ends the loop below, also an error, which then ends the senders.
        defer { intoBulks.finish() }
        let intake = Intake(writer: writer, room: room, output: intoBulks)
        try await produce(intake)
        try await intake.finish()
      }
      for await bulk in bulks {
        group.addTask {
          let result = try await writer.send(bulk.operations, to: index, refresh: false)
          try await acknowledgements.add(Acknowledged(result: result, through: bulk.through), number: bulk.number)
        }
      }
    }
  }

  fileprivate struct Bulk: Sendable {
    var number: Int
    var operations: [BulkOperation]
    var through: ProductID
  }

  /// Where products go in.
  actor Intake {
    private let writer: BulkWriter
    private var room: AsyncStream<Void>.Iterator
    private let output: AsyncStream<Bulk>.Continuation
    private var renderer = ProductDocumentRenderer()
    private var operations: [BulkOperation] = []
    private var bytes = 0
    private var count = 0
    private var last: ProductID?

    fileprivate init(writer: BulkWriter, room: AsyncStream<Void>, output: AsyncStream<Bulk>.Continuation) {
      self.writer = writer
      self.room = room.makeAsyncIterator()
      self.output = output
    }

    /// Renders the products; returns when there is room for them.
    func add(_ products: [ProductSnapshot]) async throws {
      let time = writer.clock.now()
      for product in products {
        if operations.isEmpty { try await takeRoom() }
        let operation = BulkWriter.operation(for: product, at: time, &renderer)
        bytes += operation.byteCountEstimate
        operations.append(operation)
        last = product.id
        if bytes >= writer.mostBytesARequest { flush() }
      }
    }

    fileprivate func finish() throws {
      // A producer that was cancelled may have returned as if it had come to its end.
      try Task.checkCancellation()
      flush()
    }

    private func takeRoom() async throws {
      // The iterator's storage is one class: a copy of it goes on where the other is.
      var iterator = room
      let isGiven: Void? = await iterator.next(isolation: self)
      room = iterator
      guard isGiven != nil else { throw CancellationError() }
    }

    private func flush() {
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

    init(_ acknowledge: @escaping @Sendable (Acknowledged) async throws -> Void) { self.acknowledge = acknowledge }

    func add(_ bulk: Acknowledged, number: Int) async throws {
      order.add(bulk, number: number)
      // While a call waits the actor takes in others, which the caller's loop then finds.
      guard !isCalling else { return }
      isCalling = true
      defer { isCalling = false }
      while let next = order.next() { try await acknowledge(next) }
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
