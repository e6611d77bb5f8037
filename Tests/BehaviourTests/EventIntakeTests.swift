// The intake of events, with a store in memory:
// 1. Whatever requests come together, each is answered with the fates of its own events, after they are stored.
// 2. Events that the store can never keep take no other along (random batches, seed printed).
// 8. After a failure the next try waits for its time, whatever comes in meanwhile. Events that nobody waits for outlive
//    failures of another kind too, up to a number of tries; then they are counted as dropped, with the reason.
// 3. While the store is away, who waits is told, and what nobody waits for is stored once it is back, each event once.
// 4. There is a bound on what waits: more is refused, and the shop's own events beyond it are counted as dropped.
// 5. What waits when the intake stops is stored; later events are refused.
// 9. A store that is too slow for a batch gets smaller ones until it keeps up: no event is lost or kept waiting for good.
// 6. One sender takes a twentieth of the room at most, of posted events a quarter, also while the store is away; the others
//    have the rest.
// 7. Who waits for what was noted before goes on once it is stored, or hears that the store is away.
import Behaviour
import Catalog
import Ports
import Telemetry
import TestSupport
import Testing
import Threading

private struct OddFailure: Error {}

/// Keeps events in memory; refuses products below 1, and everything while it is away.
private final class MemoryStore: EventStore {
  struct State {
    var stored: [ShopEvent] = []
    var isAway = false
    var writes = 0
    /// Tries that fail for a reason that is nobody's.
    var oddFailures = 0
    /// A commit of more takes longer than the store allows.
    var maxInTime = Int.max
  }
  let state = Guarded(State())

  func write(_ events: [ShopEvent]) async throws -> StoredEvents {
    try state.withLock { state in
      state.writes += 1
      if state.oddFailures > 0 {
        state.oddFailures -= 1
        throw OddFailure()
      }
      guard !state.isAway, events.count <= state.maxInTime else {
        throw DependencyUnavailable(dependency: "memory", reason: "away")
      }
      guard events.allSatisfy({ $0.productNumber > 0 }) else { throw UnusableRows(reason: "a product below 1") }
      let known = Set(state.stored.map(\.id))
      let outcomes = events.map { known.contains($0.id) ? EventOutcome.repeated : .stored }
      state.stored += events.filter { !known.contains($0.id) }
      return StoredEvents(outcomes: outcomes)
    }
  }

  func takeUpAside() async throws -> TakenUp { TakenUp() }
  func forget(now: Timestamp, retention: BehaviourRetention) async throws {}

  var storedNumbers: [Int64] { state.withLock { $0.stored.map(\.productNumber) } }
}

extension ShopEvent {
  fileprivate var productNumber: Int64 {
    if case .deed(let deed) = content, case .id(let id) = deed.product { id.rawValue } else { 0 }
  }
}

@Suite struct EventIntakeTests {
  private let store = MemoryStore()
  private let metrics = MetricsRegistry()
  private let logger = Logger(label: "test", level: .error, sink: FileDescriptorSink.standardError)

  private func intake(_ change: (inout EventIntake.Options) -> Void = { _ in }) -> EventIntake {
    var options = EventIntake.Options()
    options.retryPause = .milliseconds(5)
    change(&options)
    return EventIntake(store: store, options: options, metrics: metrics)
  }

  private static func view(_ product: Int64) -> ShopEvent {
    ShopEvent(
      id: .random(), at: Timestamp("2026-11-23T12:00:00Z")!, actor: .nobody,
      content: .deed(ProductDeed(.view, .id(ProductID(rawValue: product)))))
  }

  /// Runs `body` beside the intake's loop.
  private func running(_ intake: EventIntake, _ body: () async throws -> Void) async throws {
    let logger = logger
    let loop = Task { await intake.run(logger: logger) }
    do { try await body() } catch {
      loop.cancel()
      throw error
    }
    loop.cancel()
    await loop.value
  }

  @Test("1, 2: fates", .timeLimit(.minutes(2)))
  func fates() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("EventIntakeTests.fates seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let intake = intake { $0.batchSize = 40 }
    let requests = (0..<60).map { _ in
      (0..<Int.random(in: 1...15, using: &random)).map { _ in
        Self.view(Int.random(in: 0..<8, using: &random) == 0 ? 0 : .random(in: 1...1_000_000, using: &random))
      }
    }
    let store = store
    try await running(intake) {
      try await withThrowingTaskGroup { group in
        for request in requests {
          group.addTask {
            let fates = try await intake.submit(request)
            let stored = Set(store.storedNumbers)
            #expect(fates.count == request.count)
            for (event, fate) in zip(request, fates) {
              if event.productNumber > 0 {
                #expect(fate == .stored && stored.contains(event.productNumber))
              } else if case .unusable = fate {
              } else {
                Issue.record("an event without a product was \(fate)")
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }
    #expect(store.storedNumbers.sorted() == requests.flatMap { $0 }.map(\.productNumber).filter { $0 > 0 }.sorted())
  }

  @Test("3: away", .timeLimit(.minutes(2)))
  func away() async throws {
    let intake = intake()
    store.state.withLock { $0.isAway = true }
    try await running(intake) {
      await #expect(throws: DependencyUnavailable.self) { _ = try await intake.submit([Self.view(1)]) }
      intake.note([Self.view(2), Self.view(3)], from: [])
      let tries = store.state.withLock { $0.writes }
      try await until { store.state.withLock { $0.writes } > tries + 2 }
      store.state.withLock { $0.isAway = false }
      #expect(try await intake.submit([Self.view(4)]) == [.stored])
      try await until { store.storedNumbers.sorted() == [2, 3, 4] }
    }
    #expect(store.storedNumbers.sorted() == [2, 3, 4])
  }

  @Test("8: the next try has its time", .timeLimit(.minutes(2)))
  func nextTry() async throws {
    let intake = intake { $0.retryPause = .seconds(3_600) }
    store.state.withLock { $0.isAway = true }
    try await running(intake) {
      await #expect(throws: DependencyUnavailable.self) { _ = try await intake.submit([Self.view(1)]) }
      // Each would be a try of its own, if it began one.
      for number in Int64(2)..<20 {
        intake.note([Self.view(number)], from: [])
        try await Task.sleep(for: .milliseconds(10))
      }
      store.state.withLock { $0.isAway = false }
    }
    #expect(store.state.withLock { $0.writes } == 2, "the first, and the last when the intake stops")
    #expect(store.storedNumbers.sorted() == Array(2..<20))
  }

  @Test("8: failures of another kind", .timeLimit(.minutes(2)))
  func oddFailures() async throws {
    let intake = intake {
      $0.maxTries = 4
      $0.retryPause = .milliseconds(1)
    }
    store.state.withLock { $0.oddFailures = 3 }
    try await running(intake) {
      intake.note([Self.view(1)], from: [])
      try await until("the fourth try stores it") { store.storedNumbers == [1] }
      store.state.withLock { $0.oddFailures = 4 }
      intake.note([Self.view(2), Self.view(3)], from: [])
      try await until("it is given up") {
        metrics.exposition().contains(#"vitrine_events_dropped_total{reason="refused"} 2"#)
      }
      #expect(try await intake.submit([Self.view(4)]) == [.stored])
    }
    #expect(store.storedNumbers.sorted() == [1, 4])
  }

  @Test("6: posted events' share", .timeLimit(.minutes(2)))
  func postedShare() async throws {
    let intake = intake { $0.capacity = 100 }
    // More than the quarter of one sender is refused at once; nothing is stored before the intake runs.
    await #expect(throws: EventIntake.Full.self) {
      _ = try await intake.submit((1...26).map(Self.view), from: [1])
    }
    try await running(intake) {
      let first = try await intake.submit((1...25).map(Self.view), from: [1])
      let second = try await intake.submit((30...54).map(Self.view), from: [2])
      let third = try await intake.submit((60...130).map(Self.view))
      #expect([first.count, second.count, third.count] == [25, 25, 71])
    }
  }

  @Test("4, 5: bounds and the end", .timeLimit(.minutes(2)))
  func bounds() async throws {
    let intake = intake { $0.capacity = 10 }
    intake.note((1...9).map(Self.view), from: [])
    intake.note([Self.view(10), Self.view(11)], from: [])
    await #expect(throws: EventIntake.Full.self) { _ = try await intake.submit([Self.view(12), Self.view(13)]) }
    #expect(metrics.exposition().contains(#"vitrine_events_dropped_total{reason="no_room"} 2"#))
    let logger = logger
    let loop = Task { await intake.run(logger: logger) }
    loop.cancel()
    await loop.value
    #expect(store.storedNumbers.sorted() == Array(1...9))
    await #expect(throws: EventIntake.Full.self) { _ = try await intake.submit([Self.view(14)]) }
  }

  @Test("6, 7: shares", .timeLimit(.minutes(2)))
  func shares() async throws {
    let intake = intake { $0.capacity = 100 }
    store.state.withLock { $0.isAway = true }
    try await running(intake) {
      for round in 0..<20 {
        _ = intake.note([Self.view(1_000 + Int64(round))], from: [1])
        if round.isMultiple(of: 5) {
          await #expect(throws: DependencyUnavailable.self) { try await intake.settle() }
        }
      }
      #expect(intake.note((1...5).map(Self.view), from: [2]))
      #expect(!intake.note([Self.view(6)], from: [2]))
      store.state.withLock { $0.isAway = false }
      try await until("the store is back") { (try? await intake.settle()) != nil }
      #expect(store.storedNumbers.sorted() == Array(1...5) + (1_000...1_004))
      #expect(intake.note([Self.view(7)], from: [1]), "what was stored takes no room")
      try await intake.settle()
      #expect(store.storedNumbers.contains(7))
    }
  }

  @Test("9: a slow store", .timeLimit(.minutes(2)))
  func slowStore() async throws {
    let intake = intake()
    store.state.withLock { $0.maxInTime = 100 }
    for first in stride(from: Int64(1), through: 991, by: 10) {
      intake.note((first..<first + 10).map(Self.view), from: [])
    }
    try await running(intake) {
      try await until("all is stored") { store.storedNumbers.count == 1_000 }
      // Batches of the usual size come back once the store is quick again.
      store.state.withLock { $0.maxInTime = .max }
      for round in 0..<8 { #expect(try await intake.submit([Self.view(2_000 + Int64(round))]) == [.stored]) }
      let writes = store.state.withLock { $0.writes }
      #expect(try await intake.submit((3_000..<4_000).map(Self.view)).count == 1_000)
      #expect(store.state.withLock { $0.writes } == writes + 1)
    }
    #expect(Set(store.storedNumbers).count == store.storedNumbers.count)
  }
}
