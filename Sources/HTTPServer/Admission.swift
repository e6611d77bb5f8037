import Telemetry
import Threading

/// Lets so many handlers run at once, so many requests wait, and turns the rest away.
final class Admission: Sendable {
  enum Verdict {
    case run
    case wait
    case full
  }

  private struct State {
    var running = 0
    var waiting: [Exchange] = []
    /// Where the queue begins in `waiting`; moved up instead of shifting the array.
    var first = 0
  }

  private let queued: Gauge
  private let maximumRunning: Int
  private let maximumQueued: Int
  private let state = Guarded(State())

  init(maximumRunning: Int, maximumQueued: Int, queued: Gauge) {
    self.queued = queued
    self.maximumRunning = maximumRunning
    self.maximumQueued = maximumQueued
  }

  /// Takes a place for the exchange, or puts it into the queue.
  func admit(_ exchange: Exchange) -> Verdict {
    state.withLock { state in
      if state.running < maximumRunning {
        state.running += 1
        return .run
      }
      guard state.waiting.count - state.first < maximumQueued else { return .full }
      state.waiting.append(exchange)
      queued.set(Double(state.waiting.count - state.first))
      return .wait
    }
  }

  /// Gives a place back; the exchange that it passes to, if one waits.
  func leave() -> Exchange? {
    state.withLock { state in
      guard state.first < state.waiting.count else {
        state.running -= 1
        return nil
      }
      let next = state.waiting[state.first]
      state.first += 1
      queued.set(Double(state.waiting.count - state.first))
      if state.first == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: true)
        state.first = 0
      } else if state.first >= 1_024, state.first * 2 > state.waiting.count {
        state.waiting.removeFirst(state.first)
        state.first = 0
      }
      return next
    }
  }
}
