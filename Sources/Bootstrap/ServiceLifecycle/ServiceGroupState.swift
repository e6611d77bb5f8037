/// The events of a service group.
enum ServiceGroupEvent: Sendable {
  /// The service with this index returned, or threw.
  case ended(Int, (any Error)?)
  case signal
  /// The outer group, in which this group is a service, shuts down.
  case outerShutdown
  case gracefulShutdownLimit
  case cancellationLimit
}

/// The reactions of a service group.
enum ServiceGroupAction: Equatable, Sendable {
  /// Tells the service with this index to shut down.
  case shutDown(Int)
  case startGracefulShutdownLimit
  case cancelAll
  case startCancellationLimit
  /// These do not obey.
  case giveUp([String])
  case end
}

/// The service group's decisions, without its tasks, signals and clocks.
struct ServiceGroupState {
  private enum Phase: Equatable {
    case running
    /// The service with this index was told last.
    case shuttingDown(Int)
    case cancelled
  }

  private let services: [ServiceConfiguration]
  private var phase = Phase.running
  private var running: Set<Int>
  private(set) var firstError: (any Error)?

  init(services: [ServiceConfiguration]) {
    self.services = services
    running = Set(services.indices)
  }

  mutating func next(_ event: ServiceGroupEvent) -> [ServiceGroupAction] {
    switch (event, phase) {
    case (.ended(let index, let error), _): ended(index, error)
    case (.signal, .running), (.outerShutdown, .running): beginShutdown()
    case (.signal, .shuttingDown), (.gracefulShutdownLimit, .shuttingDown): cancel()
    case (.signal, .cancelled), (.cancellationLimit, .cancelled): [.giveUp(running.sorted().map { services[$0].name })]
    case (.outerShutdown, _), (.gracefulShutdownLimit, _), (.cancellationLimit, _): []
    }
  }

  private mutating func ended(_ index: Int, _ error: (any Error)?) -> [ServiceGroupAction] {
    running.remove(index)
    // Once the group stops, a service that throws CancellationError has obeyed.
    let isObedience = phase != .running && error is CancellationError
    if let error, firstError == nil, !isObedience { firstError = error }
    if running.isEmpty { return [.end] }
    switch phase {
    case .running:
      let isIgnored = error == nil && services[index].successTerminationBehavior == .ignore
      return isIgnored ? [] : beginShutdown()
    case .shuttingDown(let told): return told == index ? shutDownLast() : []
    case .cancelled: return []
    }
  }

  private mutating func beginShutdown() -> [ServiceGroupAction] { [.startGracefulShutdownLimit] + shutDownLast() }

  private mutating func shutDownLast() -> [ServiceGroupAction] {
    guard let last = running.max() else { return [] }
    phase = .shuttingDown(last)
    return [.shutDown(last)]
  }

  private mutating func cancel() -> [ServiceGroupAction] {
    phase = .cancelled
    return [.cancelAll, .startCancellationLimit]
  }
}
