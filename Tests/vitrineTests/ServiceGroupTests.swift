// The service group. Properties proved here:
// 1. A signal shuts services down one by one, the last first.
// 2. A second signal cancels at once; so does the limit; services that obey neither are named to `giveUp`, at the third
//    signal or after the second limit.
// 3. A failure shuts the others down and is thrown; of two failures the first is thrown; a cancellation during the
//    shutdown is not a failure.
// 4. A service that ends shuts the others down, unless the group ignores its end.
// 5. The outer group shuts a nested group down; a cancelled group ends.
// 6. `gracefulShutdown()` and the handlers return at a shutdown, at once if it has begun, and obey cancellation.
// 7. A real signal to this process arrives.
// 8. For any order of events the state machine shuts a service down at most once, ends once, and ends when all have
//    ended (seeded random orders).

import Glibc
import TestSupport
import Testing
import Threading

@testable import Bootstrap
@testable import vitrine

private struct Failure: Error, Equatable {
  let name: String
}

/// The events in order, and a way to wait for one.
private final class Journal: Sendable {
  private let entries = Guarded<[String]>([])

  func note(_ entry: String) { entries.withLock { $0.append(entry) } }
  var all: [String] { entries.withLock { $0 } }

  func wait(for entry: String) async {
    while !all.contains(entry) { try? await Task.sleep(for: .milliseconds(2)) }
  }
}

/// Signals that a test sends by hand.
private struct HandSignals: Sendable {
  let stream: AsyncStream<UnixSignal>
  let send: AsyncStream<UnixSignal>.Continuation

  init() { (stream, send) = AsyncStream<UnixSignal>.makeStream() }
}

private func polite(_ name: String, _ journal: Journal) -> ServiceConfiguration {
  ServiceConfiguration(
    name: name,
    service: ClosureService {
      journal.note("\(name) runs")
      try await gracefulShutdown()
      journal.note("\(name) ends")
    })
}

/// Obeys only cancellation.
private func deaf(_ name: String, _ journal: Journal) -> ServiceConfiguration {
  ServiceConfiguration(
    name: name,
    service: ClosureService {
      journal.note("\(name) runs")
      while !Task.isCancelled { try await Task.sleep(for: .seconds(600)) }
      journal.note("\(name) ends")
    })
}

private func group(
  _ services: [ServiceConfiguration], _ signals: HandSignals, graceful: Duration = .seconds(600),
  cancellation: Duration = .seconds(600), giveUp: @escaping @Sendable ([String]) -> Void = { _ in }
) -> ServiceGroup {
  ServiceGroup(
    services: services, gracefulShutdownLimit: graceful, cancellationLimit: cancellation,
    signals: { signals.stream }, giveUp: giveUp)
}

@Suite(.timeLimit(.minutes(5))) struct ServiceGroupTests {
  @Test("1: the last is shut down first")
  func order() async throws {
    let journal = Journal()
    let signals = HandSignals()
    let group = group([polite("a", journal), polite("b", journal), polite("c", journal)], signals)
    async let run: Void = group.run()
    for name in ["a", "b", "c"] { await journal.wait(for: "\(name) runs") }
    signals.send.yield(.sigterm)
    try await run
    #expect(journal.all.suffix(3) == ["c ends", "b ends", "a ends"])
  }

  @Test("2: a second signal, or the limit, cancels", arguments: [true, false])
  func cancels(bySignal: Bool) async throws {
    let journal = Journal()
    let signals = HandSignals()
    let group = group(
      [polite("a", journal), deaf("b", journal)], signals, graceful: bySignal ? .seconds(600) : .milliseconds(20))
    async let run: Void = group.run()
    for name in ["a", "b"] { await journal.wait(for: "\(name) runs") }
    signals.send.yield(.sigint)
    if bySignal { signals.send.yield(.sigint) }
    try await run
    #expect(!journal.all.contains("a ends"), "a was not asked, for b had not ended")
  }

  @Test("2: disobedient services are named", arguments: [true, false])
  func givesUp(bySignal: Bool) async throws {
    let journal = Journal()
    let signals = HandSignals()
    let release = Guarded(false)
    let stubborn = ServiceConfiguration(
      name: "stubborn",
      service: ClosureService {
        journal.note("stubborn runs")
        while !release.withLock({ $0 }) { await Task.yield() }
      })
    let group = group(
      [stubborn], signals, cancellation: bySignal ? .seconds(600) : .milliseconds(20),
      giveUp: { names in
        journal.note("gave up on \(names.joined())")
        release.withLock { $0 = true }
      })
    async let run: Void = group.run()
    await journal.wait(for: "stubborn runs")
    for _ in 0..<(bySignal ? 3 : 2) { signals.send.yield(.sigterm) }
    try await run
    #expect(journal.all == ["stubborn runs", "gave up on stubborn"])
  }

  @Test("3: the first failure is thrown after the others ended")
  func failure() async throws {
    let journal = Journal()
    let failing = ServiceConfiguration(
      name: "f",
      service: ClosureService {
        await journal.wait(for: "a runs")
        throw Failure(name: "f")
      })
    let failingLater = ServiceConfiguration(
      name: "g",
      service: ClosureService {
        try? await gracefulShutdown()
        throw Failure(name: "g")
      })
    let group = group([polite("a", journal), failing, failingLater], HandSignals())
    await #expect(throws: Failure(name: "f")) { try await group.run() }
    #expect(journal.all == ["a runs", "a ends"])
  }

  @Test("4: an end ends all, unless ignored")
  func success() async throws {
    let journal = Journal()
    let ignored = ServiceConfiguration(
      name: "once", service: ClosureService { journal.note("once ran") }, successTerminationBehavior: .ignore)
    let last = ServiceConfiguration(
      name: "last",
      service: ClosureService {
        await journal.wait(for: "once ran")
        await journal.wait(for: "a runs")
        #expect(!journal.all.contains("a ends"))
      })
    try await group([polite("a", journal), ignored, last], HandSignals()).run()
    #expect(journal.all.last == "a ends")
    try await group([], HandSignals()).run()
  }

  @Test("5: nesting and cancellation")
  func nesting() async throws {
    let journal = Journal()
    let signals = HandSignals()
    let inner = group([polite("inner", journal)], HandSignals())
    async let run: Void = group([ServiceConfiguration(name: "group", service: inner)], signals).run()
    await journal.wait(for: "inner runs")
    signals.send.yield(.sigterm)
    try await run
    #expect(journal.all == ["inner runs", "inner ends"])

    let cancelled = Journal()
    let task = Task { try await group([deaf("x", cancelled), polite("y", cancelled)], HandSignals()).run() }
    for name in ["x", "y"] { await cancelled.wait(for: "\(name) runs") }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("6: waiting for a shutdown")
  func waiting() async throws {
    let manager = GracefulShutdownManager()
    let journal = Journal()
    try await GracefulShutdownManager.$current.withValue(manager) {
      async let waited: Void = gracefulShutdown()
      let cancelled = Task { try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) } }
      await withGracefulShutdownHandler {
      } onGracefulShutdown: {
        journal.note("handler of ended work")
      }
      manager.shutDown()
      manager.shutDown()
      try await waited
      await #expect(throws: CancellationError.self) { try await cancelled.value }
      try await gracefulShutdown()
      await withGracefulShutdownHandler {
      } onGracefulShutdown: {
        journal.note("at once")
      }
    }
    #expect(journal.all == ["at once"])
    let outside = Task { try await gracefulShutdown() }
    outside.cancel()
    await #expect(throws: CancellationError.self) { try await outside.value }
  }

  @Test("7: a real signal")
  func realSignal() async throws {
    var signals = unixSignals([.sigusr1]).makeAsyncIterator()
    kill(getpid(), SIGUSR1)
    #expect(await signals.next() == .sigusr1)
  }

  @Test("8: any order of events", arguments: UInt64(1)...50)
  func anyOrder(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...5, using: &random)
    let services = (0..<count).map { index in
      ServiceConfiguration(
        name: "\(index)", service: ClosureService {},
        successTerminationBehavior: Bool.random(using: &random) ? .ignore : .gracefullyShutdownGroup)
    }
    var state = ServiceGroupState(services: services)
    var running = Set(0..<count)
    var told: [Int] = []
    var log = ["seed \(seed)"]
    while let next = running.randomElement(using: &random) {
      let event: ServiceGroupEvent =
        switch Int.random(in: 0...7, using: &random) {
        case 0: .signal
        case 1: .outerShutdown
        case 2: .gracefulShutdownLimit
        case 3: .cancellationLimit
        case 4: .ended(next, Failure(name: "\(next)"))
        case 5: .ended(next, CancellationError())
        default: .ended(next, nil)
        }
      if case .ended(let index, _) = event { running.remove(index) }
      let actions = state.next(event)
      log.append("\(event) → \(actions)")
      for action in actions {
        if case .shutDown(let index) = action {
          #expect(running.contains(index) && !told.contains(index), "\(log)")
          #expect(index == running.max(), "\(log)")
          told.append(index)
        }
        if case .giveUp(let names) = action { #expect(names == running.sorted().map(String.init), "\(log)") }
      }
      #expect(actions.contains(.end) == running.isEmpty, "\(log)")
    }
  }
}
