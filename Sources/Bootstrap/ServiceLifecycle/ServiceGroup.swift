/// Runs services concurrently until one of them ends or fails, or the process is told to stop.
///
/// SIGTERM or SIGINT shuts the services down gracefully, the last of the list first and each only after the one behind
/// it has ended, so that the HTTP server drains while the database is still there. After `gracefulShutdownLimit`, or at
/// the second signal, running services are cancelled; services that have not obeyed after `cancellationLimit`, or at a
/// third signal, end with the process.
struct ServiceGroup: Service {
  let services: [ServiceConfiguration]
  let gracefulShutdownLimit: Duration
  let cancellationLimit: Duration
  let signals: @Sendable () -> AsyncStream<UnixSignal>
  /// Called with the names of the services that do not obey; must end the process.
  let giveUp: @Sendable ([String]) -> Void

  /// Cancelled work only needs to notice the cancellation; work that takes longer than this never checks.
  static let defaultCancellationLimit = Duration.seconds(5)

  init(
    services: [ServiceConfiguration], gracefulShutdownLimit: Duration,
    cancellationLimit: Duration = defaultCancellationLimit,
    signals: @escaping @Sendable () -> AsyncStream<UnixSignal> = { unixSignals([.sigterm, .sigint]) },
    giveUp: @escaping @Sendable ([String]) -> Void
  ) {
    self.services = services
    self.gracefulShutdownLimit = gracefulShutdownLimit
    self.cancellationLimit = cancellationLimit
    self.signals = signals
    self.giveUp = giveUp
  }

  /// Throws the first error of a service, after the others have ended.
  func run() async throws {
    guard !services.isEmpty else { return }
    let (events, sink) = AsyncStream<ServiceGroupEvent>.makeStream()
    let signals = signals()
    let signalWatch = Task {
      for await _ in signals { sink.yield(.signal) }
    }
    defer { signalWatch.cancel() }
    // The outer group tells a nested group to shut down.
    let state = await withGracefulShutdownHandler {
      await supervise(events, sink)
    } onGracefulShutdown: {
      sink.yield(.outerShutdown)
    }
    if let error = state.firstError { throw error }
    try Task.checkCancellation()
  }

  private func supervise(
    _ events: AsyncStream<ServiceGroupEvent>, _ sink: AsyncStream<ServiceGroupEvent>.Continuation
  ) async -> ServiceGroupState {
    let managers = services.map { _ in GracefulShutdownManager() }
    var state = ServiceGroupState(services: services)
    var clocks: [Task<Void, Never>] = []
    defer { for clock in clocks { clock.cancel() } }
    await withTaskGroup(of: Void.self) { group in
      for (index, configuration) in services.enumerated() {
        let manager = managers[index]
        group.addTask { sink.yield(.ended(index, await outcome(of: configuration.service, manager))) }
      }
      // Ends early if the group's own task is cancelled, which also cancels the services.
      for await event in events {
        for action in state.next(event) {
          switch action {
          case .shutDown(let index): managers[index].shutDown()
          case .startGracefulShutdownLimit:
            clocks.append(clock(gracefulShutdownLimit, .gracefulShutdownLimit, sink))
          case .cancelAll: group.cancelAll()
          case .startCancellationLimit: clocks.append(clock(cancellationLimit, .cancellationLimit, sink))
          case .giveUp(let names): giveUp(names)
          case .end: sink.finish()
          }
        }
      }
    }
    return state
  }

  private func outcome(of service: any Service, _ manager: GracefulShutdownManager) async -> (any Error)? {
    await GracefulShutdownManager.$current.withValue(manager) {
      do {
        try await service.run()
        return nil
      } catch {
        return error
      }
    }
  }

  private func clock(
    _ limit: Duration, _ event: ServiceGroupEvent, _ sink: AsyncStream<ServiceGroupEvent>.Continuation
  ) -> Task<Void, Never> {
    Task {
      // A cancelled sleep means that the group has ended.
      if (try? await Task.sleep(for: limit)) != nil { sink.yield(event) }
    }
  }
}
