import Catalog
public import Ports
public import Telemetry
import Threading

/// The one way in for events: gathers those of many requests for some milliseconds, and stores them in one commit.
///
/// `submit` returns after the commit, so that an answer promises what is stored, and after what is kept at hand has heard of
/// the deeds, so that the sender's next page knows of them. While one batch's deeds are told, the next is stored. `note`
/// does not wait: pages use it, and what the store cannot take now is tried again, up to the room that there is. An event
/// that the store can never keep takes no other along. After a failure the next try waits for its time, whatever comes in meanwhile.
public final class EventIntake: EventRecorder {
  public struct Options: Sendable {
    /// Events that wait at most: some seconds of a busy shop.
    public var capacity = 50_000
    /// Events of one commit at most.
    public var batchSize = 5_000
    /// How long a commit waits for more events.
    public var gathering = Duration.milliseconds(3)
    /// The pause after a try that failed.
    public var retryPause = Duration.seconds(1)
    /// Tries of events that nobody waits for, where the store answers and refuses for another reason than the events
    /// themselves; while it is away they are tried without end.
    public var maxTries = 10

    public init() {}
  }

  /// There is no room for more events now.
  public struct Full: Error, Sendable {}

  private struct Ticket {
    var events: [ShopEvent]
    /// Whose share of the room they take; empty for no share.
    var sender: [UInt8] = []
    /// nil where nobody waits.
    var reply: CheckedContinuation<[EventOutcome], any Error>?
    var failedTries = 0
  }

  /// The end of one look at the queue.
  private enum Step { case stored, nothingWaits, failed }

  /// The reason for which an event of the shop's own pages was not stored.
  private enum Drop: String, CaseIterable {
    case noRoom = "no_room"
    case stopping
    case refused
  }

  private struct Queue {
    var tickets: [Ticket] = []
    var eventCount = 0
    /// The events that wait, of each sender that has a share.
    var countOfSender: [[UInt8]: Int] = [:]
    var isClosed = false

    mutating func add(_ ticket: Ticket) {
      tickets.append(ticket)
      count(ticket, +1)
    }

    /// Adds a ticket's events to the counts, or takes them off.
    mutating func count(_ ticket: Ticket, _ sign: Int) {
      eventCount += sign * ticket.events.count
      guard !ticket.sender.isEmpty else { return }
      let left = countOfSender[ticket.sender, default: 0] + sign * ticket.events.count
      countOfSender[ticket.sender] = left > 0 ? left : nil
    }
  }

  /// One sender takes at most this part of the room, so that none takes that of the others: of pages, a twentieth; of posted
  /// events, whose senders may be a retailer's own servers, a quarter.
  private static let (notedPart, postedPart) = (20, 4)

  private let store: any EventStore
  private let options: Options
  private let onStored: @Sendable ([Interaction]) async -> Void
  private let queue = Guarded(Queue())
  private let wake: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  private let counters: [String: Counter]
  private let dropped: [Drop: Counter]
  private let isFailing = Guarded(false)
  /// Events of the next commit at most. A commit that fails or takes too long halves it, so that a slow store is asked for
  /// less and less until it keeps up; each commit that ends well doubles it, up to `batchSize`.
  private let batchLimit: Guarded<Int>

  /// `onStored` hears of new deeds of known shoppers after their commit and before their senders have an answer; it must
  /// not take long.
  public init(
    store: any EventStore, options: Options = Options(), metrics: MetricsRegistry,
    onStored: @escaping @Sendable ([Interaction]) async -> Void = { _ in }
  ) {
    self.store = store
    self.options = options
    self.onStored = onStored
    batchLimit = Guarded(options.batchSize)
    (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    counters = Dictionary(
      uniqueKeysWithValues: EventOutcome.names.map { name in
        (
          name,
          metrics.counter(
            "vitrine_events_total", help: "Events that were taken in, by their fate.", labels: [("outcome", name)])
        )
      })
    dropped = Dictionary(
      uniqueKeysWithValues: Drop.allCases.map { reason in
        (
          reason,
          metrics.counter(
            "vitrine_events_dropped_total", help: "Events of the shop's own pages that were not stored, by the reason.",
            labels: [("reason", reason.rawValue)])
        )
      })
  }

  /// Stores events, and returns the fate of each after the commit. `sender`: whose share of the room they take; empty for
  /// no share.
  public func submit(_ events: [ShopEvent], from sender: [UInt8] = []) async throws -> [EventOutcome] {
    guard !events.isEmpty else { return [] }
    return try await withCheckedThrowingContinuation { reply in
      if add(Ticket(events: events, sender: sender, reply: reply), part: Self.postedPart) {
        waker.yield()
      } else {
        reply.resume(throwing: Full())
      }
    }
  }

  @discardableResult
  public func note(_ events: [ShopEvent], from sender: [UInt8]) -> Bool {
    guard !events.isEmpty else { return true }
    let hasRoom = add(Ticket(events: events, sender: sender, reply: nil), part: Self.notedPart)
    if hasRoom { waker.yield() } else { dropped[.noRoom]?.increment(by: events.count) }
    return hasRoom
  }

  /// False where there is no room, for all or for the sender.
  private func add(_ ticket: Ticket, part: Int) -> Bool {
    let share = ticket.sender.isEmpty ? options.capacity : max(1, options.capacity / part)
    return queue.withLock { queue in
      guard !queue.isClosed, queue.eventCount + ticket.events.count <= options.capacity,
        queue.countOfSender[ticket.sender, default: 0] + ticket.events.count <= share
      else { return false }
      queue.add(ticket)
      return true
    }
  }

  public func settle() async throws {
    _ = try await withCheckedThrowingContinuation { (reply: CheckedContinuation<[EventOutcome], any Error>) in
      let isClosed = queue.withLock { queue in
        if !queue.isClosed { queue.add(Ticket(events: [], reply: reply)) }
        return queue.isClosed
      }
      if isClosed { reply.resume(returning: []) } else { waker.yield() }
    }
  }

  /// A batch after its commit, with who waits for it.
  private struct StoredBatch {
    var tickets: [Ticket]
    var stored: StoredEvents
  }

  /// Stores what comes in until it is cancelled, and what is waiting then.
  public func run(logger: Logger) async {
    // Bounded by the room for events, which a batch keeps until it is answered.
    let (batches, next) = AsyncStream<StoredBatch>.makeStream()
    // Not of the cancelled task: every stored event must be answered.
    let answers = Task { for await batch in batches { await answer(batch, logger) } }
    for await _ in wake {
      try? await Task.sleep(for: options.gathering)  // A cancelled sleep only stores sooner.
      var step = Step.stored
      while step != .nothingWaits, !Task.isCancelled {
        step = await storeBatch(next, logger: logger)
        if step == .failed { try? await Task.sleep(for: options.retryPause) }  // Cancelled: the last try is below.
      }
      if Task.isCancelled { break }
    }
    queue.withLock { $0.isClosed = true }
    // Nor this: the last events must be stored.
    await Task { while await storeBatch(next, logger: logger) == .stored {} }.value
    next.finish()
    await answers.value
    endQueue()
  }

  /// Tells who waits that the store did not take the last events, and counts those of pages as dropped.
  private func endQueue() {
    let left = queue.withLock { queue in
      defer { queue.tickets = [] }
      return queue.tickets
    }
    drop(left.filter { $0.reply == nil }, .stopping)
    refuse(left.filter { $0.reply != nil }, Full())
  }

  /// Tells of the deeds, and then answers who waits.
  private func answer(_ batch: StoredBatch, _ logger: Logger) async {
    let stored = batch.stored
    if !stored.interactions.isEmpty { await onStored(stored.interactions) }
    giveUpRoom(of: batch.tickets)
    var start = 0
    for ticket in batch.tickets {
      let outcomes = stored.outcomes[start..<(start + ticket.events.count)]
      start += ticket.events.count
      ticket.reply?.resume(returning: Array(outcomes))
    }
    count(stored.outcomes, logger)
  }

  private func storeBatch(_ next: AsyncStream<StoredBatch>.Continuation, logger: Logger) async -> Step {
    let batch = take()
    guard !batch.isEmpty else { return .nothingWaits }
    do {
      next.yield(StoredBatch(tickets: batch, stored: try await write(batch.flatMap(\.events))))
      batchLimit.withLock { $0 = min(options.batchSize, $0 * 2) }
      if setFailing(false) { logger.info("events are stored again") }
      return .stored
    } catch {
      batchLimit.withLock { $0 = max(1, $0 / 2) }
      // Once for each time that the store is away.
      if !setFailing(true) {
        logger.warning("events wait to be stored", metadata: ["reason": .string("\(error)")])
      }
      let (waiting, noted) = (batch.filter { $0.reply != nil }, batch.filter { $0.reply == nil })
      refuse(waiting, error)
      giveBack(noted, isAway: error is DependencyUnavailable)
      // The next tries are for less: nobody waits behind what may take many of them.
      if error is DependencyUnavailable { tellWaiting(error) }
      return .failed
    }
  }

  /// Returns what was before.
  private func setFailing(_ isFailing: Bool) -> Bool {
    self.isFailing.withLock { before in
      defer { before = isFailing }
      return before
    }
  }

  private func count(_ outcomes: [EventOutcome], _ logger: Logger) {
    for outcome in outcomes { counters[outcome.name]?.increment() }
    for case .unusable(let reason) in outcomes.reversed().prefix(1) {
      logger.warning("events were refused that can never be stored", metadata: ["reason": .string(reason)])
    }
  }

  private func take() -> [Ticket] {
    let limit = batchLimit.withLock { $0 }
    return queue.withLock { queue in
      var count = 0
      // A ticket is never divided; it has at most a request's events.
      let end = queue.tickets.firstIndex { ticket in
        defer { count += ticket.events.count }
        return count > 0 && count + ticket.events.count > limit
      }
      let taken = Array(queue.tickets[..<(end ?? queue.tickets.count)])
      queue.tickets.removeFirst(taken.count)
      return taken
    }
  }

  private func giveUpRoom(of tickets: [Ticket]) {
    queue.withLock { queue in for ticket in tickets { queue.count(ticket, -1) } }
  }

  /// Tells all who wait in the queue that their events are not stored.
  private func tellWaiting(_ error: any Error) {
    let waiting = queue.withLock { queue in
      let waiting = queue.tickets.filter { $0.reply != nil }
      queue.tickets.removeAll { $0.reply != nil }
      return waiting
    }
    refuse(waiting, error)
  }

  /// Tells those who wait that their events are not stored.
  private func refuse(_ waiting: [Ticket], _ error: any Error) {
    giveUpRoom(of: waiting)
    for ticket in waiting { ticket.reply?.resume(throwing: error) }
  }

  /// Puts back what nobody waits for, whose room is still its own; a later attempt stores it.
  private func giveBack(_ tickets: [Ticket], isAway: Bool) {
    var (kept, refused): ([Ticket], [Ticket]) = ([], [])
    for var ticket in tickets {
      ticket.failedTries += isAway ? 0 : 1
      if ticket.failedTries < options.maxTries { kept.append(ticket) } else { refused.append(ticket) }
    }
    drop(refused, .refused)
    let isClosed = queue.withLock { queue in
      if !queue.isClosed { queue.tickets = kept + queue.tickets }
      return queue.isClosed
    }
    if isClosed { drop(kept, .stopping) }
  }

  private func drop(_ tickets: [Ticket], _ reason: Drop) {
    guard !tickets.isEmpty else { return }
    giveUpRoom(of: tickets)
    dropped[reason]?.increment(by: tickets.reduce(0) { $0 + $1.events.count })
  }

  /// Writes events; a batch that cannot be kept is halved until the event for which it cannot stands alone.
  private func write(_ events: [ShopEvent]) async throws -> StoredEvents {
    guard !events.isEmpty else { return StoredEvents() }
    do {
      let stored = try await store.write(events)
      precondition(stored.outcomes.count == events.count, "a store tells the fate of each event")
      return stored
    } catch let error as UnusableRows {
      guard events.count > 1 else { return StoredEvents(outcomes: [.unusable(reason: error.description)]) }
      let middle = events.count / 2
      let (first, second) = (try await write(Array(events[..<middle])), try await write(Array(events[middle...])))
      return StoredEvents(
        outcomes: first.outcomes + second.outcomes, interactions: first.interactions + second.interactions)
    }
  }
}

extension EventOutcome {
  static let names = ["stored", "repeated", "aside", "counted", "unusable"]

  /// As metrics and answers name it.
  public var name: String {
    switch self {
    case .stored: "stored"
    case .repeated: "repeated"
    case .aside: "aside"
    case .counted: "counted"
    case .unusable: "unusable"
    }
  }
}
