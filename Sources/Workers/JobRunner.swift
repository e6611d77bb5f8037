import Catalog
import Ports
import Telemetry
import Threading

/// Carries one run from its claim to its end: the work, the lease beside it, and the timeout.
struct JobRunner: Sendable {
  let store: any JobStore
  let clock: any WallClock
  let logger: Logger
  let options: Worker.Options

  private enum Event: Sendable {
    case ended(Result<[String: Double], any Error>)
    case leaseLost, late, told
  }

  /// Returns the run's outcome; `lost` if another worker may have taken the job up.
  func perform(_ job: Job, _ run: JobRun) async -> JobRunState {
    let context = JobContext(run: run, logger: logger)
    // Not children of this task: when the worker is told to stop, the lease is held until the work has ended.
    let work = Task { try await job.work(context) }
    let lease = Task { await keepLease(of: run, context) }
    let limit = Task { (try? await Task.sleep(for: job.timeout)) != nil }
    defer {
      lease.cancel()
      limit.cancel()
    }
    let (result, interruption) = await withTaskGroup(of: Event.self) { group in
      group.addTask { .ended(await work.result) }
      group.addTask { await lease.value ? .told : .leaseLost }
      group.addTask { await limit.value ? .late : .told }
      group.addTask {
        // Ends when the worker is told to stop, or when the work has ended.
        await withTaskCancellationHandler {
          _ = await work.result
        } onCancel: {
          work.cancel()
        }
        return .told
      }
      var interruption: JobRunState?
      while let event = await group.next() {
        switch event {
        case .ended(let result):
          if interruption == nil, Task.isCancelled { interruption = .interrupted }
          lease.cancel()
          limit.cancel()
          return (result, interruption)
        case .leaseLost: interruption = interruption ?? .lost
        case .late: interruption = interruption ?? .timedOut
        case .told: continue
        }
        work.cancel()
      }
      return (.failure(CancellationError()), interruption)
    }
    return await close(job, run, result, interruption, context.progress.withLock { $0 })
  }

  /// Renews the lease until cancelled, then returns true; false when it is lost.
  private func keepLease(of run: JobRun, _ context: JobContext) async -> Bool {
    var heldUntil = ContinuousClock.now + options.lease
    while !Task.isCancelled {
      guard (try? await Task.sleep(for: options.heartbeat)) != nil else { return true }
      let start = ContinuousClock.now
      do {
        let progress = context.progress.withLock { $0 }
        guard try await store.renew(run: run.id, progress: progress, lease: options.lease) else { return false }
        heldUntil = start + options.lease
      } catch {
        // The store is away: the lease holds as long as it was given for.
        if Task.isCancelled { return true }
        if ContinuousClock.now >= heldUntil { return false }
      }
    }
    return true
  }

  private func close(
    _ job: Job, _ run: JobRun, _ result: Result<[String: Double], any Error>, _ interruption: JobRunState?,
    _ progress: JobProgress
  ) async -> JobRunState {
    var end = JobEnd(state: .failed, progress: progress)
    switch (result, interruption) {
    case (.success(let figures), _):
      end.state = .succeeded
      end.figures = figures.filter { $0.value.isFinite }
    case (.failure, .lost): return .lost
    case (.failure, .interrupted):
      end.state = .interrupted
      end.reason = "the worker was told to stop"
      end.retryAt = clock.now()
    case (.failure, .timedOut):
      end.state = .timedOut
      end.reason = "the work took longer than \(job.timeout)"
    case (.failure(let error), _):
      end.reason = "\(error)"
    }
    if end.state == .failed || end.state == .timedOut, job.pauses.indices.contains(run.attempt - 1) {
      end.retryAt = clock.now().advanced(by: job.pauses[run.attempt - 1])
    }
    // The end is written even when the worker is told to stop.
    let final = end
    return await Task { await write(final, of: run) }.value
  }

  /// Tries for some time; then the lease runs out, and the job is taken up again.
  private func write(_ end: JobEnd, of run: JobRun) async -> JobRunState {
    let giveUp = ContinuousClock.now + options.finishPatience
    while true {
      do {
        return try await store.finish(run: run.id, end, now: clock.now()) ? end.state : .lost
      } catch {
        guard ContinuousClock.now < giveUp else {
          logger.error(
            "a job's end was not written", metadata: ["job": .string(run.job.text), "reason": .string("\(error)")])
          return .lost
        }
        try? await Task.sleep(for: options.pollPause)  // Never cancelled.
      }
    }
  }
}

extension Timestamp {
  func advanced(by duration: Duration) -> Timestamp {
    Timestamp(
      microsecondsSinceEpoch: microsecondsSinceEpoch.adding(saturating: Int64(saturating: duration / .microseconds(1))))
  }
}
