// Against a sender that the test holds and releases:
// 1. Bulks end in any order and are acknowledged in the order of their products, each product once.
// 2. The number of bulks that exist at once never exceeds the limit, however slow the engine is, and reaches it.
// 3. A bulk that fails ends the pipeline with its error; later bulks are not acknowledged, earlier ones are.
// 4. An error of the producer or of an acknowledgement, or a cancellation, ends the pipeline, which then waits for
//    nothing.
// 5. A bulk is closed by its bytes; the last one, which may be small, is sent too.
// 6. Rendered but unfinished data never exceeds the limit of bulks, each at most one document over its bytes: that is
//    its memory, however many products there are.
import Catalog
import Ports
import SearchDSL
import Testing
import Threading

@testable import Indexer

/// Sends nothing; the test says when a bulk is done, and how it ended.
private actor HeldSender {
  private var held: [(ids: [Int64], continuation: CheckedContinuation<Void, any Error>)] = []
  private(set) var maxHeld = 0
  private(set) var maxBytesHeld = 0
  private var bytesHeld = 0
  private(set) var sent: [Int64] = []
  private var isOpen = false

  func send(_ operations: [BulkOperation]) async throws -> BulkWriter.Result {
    let ids = operations.compactMap { Int64($0.id) }
    let bytes = operations.reduce(0) { $0 + $1.byteCountEstimate }
    bytesHeld += bytes
    defer { bytesHeld -= bytes }
    maxBytesHeld = max(maxBytesHeld, bytesHeld)
    if !isOpen {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          held.append((ids, continuation))
          maxHeld = max(maxHeld, held.count)
        }
      } onCancel: {
        Task { await self.cancelAll() }
      }
    }
    sent += ids
    var result = BulkWriter.Result()
    result.written = ids.count
    return result
  }

  private func cancelAll() {
    for (_, continuation) in held { continuation.resume(throwing: CancellationError()) }
    held = []
  }

  /// Waits until `count` bulks are held, and returns their first IDs.
  func firsts(of count: Int) async throws -> [Int64] {
    while held.count < count {
      try Task.checkCancellation()
      await Task.yield()
    }
    return held.map { $0.ids[0] }
  }

  func end(_ first: Int64, with error: (any Error)? = nil) {
    guard let index = held.firstIndex(where: { $0.ids[0] == first }) else {
      preconditionFailure("\(first) is not held")
    }
    let continuation = held.remove(at: index).continuation
    if let error { continuation.resume(throwing: error) } else { continuation.resume() }
  }

  func open() {
    isOpen = true
    for (_, continuation) in held { continuation.resume() }
    held = []
  }
}

private struct Broken: Error, Equatable {}

private func product(_ id: Int64) -> ProductSnapshot {
  ProductSnapshot(
    id: ProductID(id), code: "C\(id)", source: "test", documentVersion: 1, title: "Thing", summary: "",
    variants: [.init(id: VariantID(id), sku: SKU("S\(id)"))], createdAt: StoppedClock().now(),
    updatedAt: StoppedClock().now())
}

private func pipeline(_ sender: HeldSender, maxBulks: Int = 3, bytes: Int = 1) -> BulkPipeline {
  BulkPipeline(maxBulks: maxBulks, maxBytesABulk: bytes, clock: StoppedClock()) { try await sender.send($0) }
}

@Suite(.timeLimit(.minutes(1))) struct BulkPipelineTests {
  private let acknowledged = Acknowledged()

  private final class Acknowledged: Sendable {
    private let list = Guarded<[Int64]>([])
    var ids: [Int64] { list.withLock { $0 } }
    func add(_ bulk: BulkPipeline.Acknowledged) { list.withLock { $0.append(bulk.through.rawValue) } }
  }

  @Test("1: ended out of order, acknowledged in order")
  func order() async throws {
    let sender = HeldSender()
    let acknowledged = acknowledged
    async let run: Void = pipeline(sender).run { intake in
      try await intake.add((1...4).map(product))
      try await intake.add((5...7).map(product))
    } acknowledge: {
      acknowledged.add($0)
    }
    #expect(try await sender.firsts(of: 3).sorted() == [1, 2, 3])
    await sender.end(3)
    await sender.end(2)
    #expect(acknowledged.ids.isEmpty, "nothing before the first")
    await sender.end(1)
    #expect(try await sender.firsts(of: 3).sorted() == [4, 5, 6])
    #expect(acknowledged.ids == [1, 2, 3])
    await sender.open()
    try await run
    #expect(acknowledged.ids == Array(1...7))
    #expect(await sender.sent.sorted() == Array(1...7))
  }

  @Test("2: a slow engine slows the producer down", arguments: [1, 4])
  func bound(maxBulks: Int) async throws {
    let sender = HeldSender()
    let produced = Guarded<Int64>(0)
    async let run: Void = pipeline(sender, maxBulks: maxBulks).run { intake in
      for id in Int64(1)...50 {
        try await intake.add([product(id)])
        produced.withLock { $0 = id }
      }
    } acknowledge: { _ in
    }
    for end in Int64(1)...46 {
      _ = try await sender.firsts(of: maxBulks)
      // One product beyond the room waits to be rendered, and one more to be passed on.
      #expect(produced.withLock { $0 } <= end + Int64(maxBulks))
      await sender.end(end)
    }
    await sender.open()
    try await run
    #expect(await sender.maxHeld == maxBulks)
    #expect(await sender.sent.sorted() == Array(1...50))
  }

  @Test("3: a failed bulk ends the pipeline")
  func failure() async throws {
    let sender = HeldSender()
    let acknowledged = acknowledged
    let run = Task {
      try await pipeline(sender).run { intake in
        for id in Int64(1)...20 { try await intake.add([product(id)]) }
      } acknowledge: {
        acknowledged.add($0)
      }
    }
    _ = try await sender.firsts(of: 3)
    await sender.end(1)
    while acknowledged.ids != [1] { await Task.yield() }
    await sender.end(3)
    await sender.end(2, with: Broken())
    await #expect(throws: Broken.self) { try await run.value }
    #expect(acknowledged.ids == [1])
  }

  @Test("4: an error of the producer ends the pipeline")
  func producerFails() async throws {
    let sender = HeldSender()
    await #expect(throws: Broken.self) {
      try await pipeline(sender).run { intake in
        try await intake.add([product(1)])
        throw Broken()
      } acknowledge: { _ in
      }
    }
  }

  @Test("4: an error of an acknowledgement ends the pipeline, and no acknowledgement follows")
  func acknowledgementFails() async throws {
    let sender = HeldSender()
    await sender.open()
    let acknowledged = acknowledged
    await #expect(throws: Broken.self) {
      try await pipeline(sender).run { intake in
        for id in Int64(1)...20 { try await intake.add([product(id)]) }
      } acknowledge: { bulk in
        if bulk.through.rawValue == 5 { throw Broken() }
        acknowledged.add(bulk)
      }
    }
    #expect(acknowledged.ids == [1, 2, 3, 4])
  }

  @Test("4: a cancelled pipeline ends with an error, even while bulks are held")
  func cancellation() async throws {
    let sender = HeldSender()
    let task = Task {
      try await pipeline(sender).run { intake in
        for id in Int64(1)...20 { try await intake.add([product(id)]) }
      } acknowledge: { _ in
      }
    }
    _ = try await sender.firsts(of: 3)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(await sender.sent.isEmpty)
  }

  @Test("5: bulks by bytes")
  func bytes() async throws {
    let sender = HeldSender()
    await sender.open()
    let bulks = Guarded<[(through: Int64, written: Int)]>([])
    var renderer = ProductDocumentRenderer()
    let one = BulkWriter.operation(for: product(1), at: StoppedClock().now(), &renderer).byteCountEstimate
    try await pipeline(sender, bytes: one * 3).run { intake in
      try await intake.add((1...5).map(product))
      try await intake.add([])
      try await intake.add((6...8).map(product))
    } acknowledge: { bulk in
      bulks.withLock { $0.append((bulk.through.rawValue, bulk.result.written)) }
    }
    #expect(bulks.withLock { $0.map(\.through) } == [3, 6, 8])
    #expect(bulks.withLock { $0.map(\.written) } == [3, 3, 2])
  }

  @Test("6: bytes that are held", arguments: [1, 3])
  func memory(maxBulks: Int) async throws {
    let sender = HeldSender()
    var renderer = ProductDocumentRenderer()
    let one = BulkWriter.operation(for: product(1_000), at: StoppedClock().now(), &renderer).byteCountEstimate
    let limit = one * 10
    async let run: Void = pipeline(sender, maxBulks: maxBulks, bytes: limit).run { intake in
      for first in stride(from: Int64(1), through: 901, by: 100) {
        try await intake.add((first..<first + 100).map(product))
      }
    } acknowledge: { _ in
    }
    for _ in 0..<50 {
      let first = try await sender.firsts(of: maxBulks)[0]
      await sender.end(first)
    }
    await sender.open()
    try await run
    #expect(await sender.sent.sorted() == Array(1...1_000))
    let most = await sender.maxBytesHeld
    #expect(most <= maxBulks * (limit + one) && most >= maxBulks * limit / 2)
  }
}
