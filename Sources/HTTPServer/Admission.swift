import Synchronization
import Telemetry
import Threading

/// Limits the handlers that run at once and the requests that wait, and refuses the rest.
final class Admission: Sendable {
  enum Verdict {
    case run
    case wait
    case full
  }

  private struct Queue {
    var waiting: [Exchange] = []
    /// The index in `waiting` at which the queue begins; it moves up, so that the array need not be shifted.
    var first = 0

    var count: Int { waiting.count - first }
  }

  private let queued: Gauge
  private let maxRunning: Int
  private let maxQueued: Int
  /// Places taken. From the maximum it decreases only under the queue's lock, so that a request that sees the maximum
  /// while it holds the lock may wait in the queue and will not be missed. Below the maximum nobody waits and no lock
  /// is needed.
  private let running = Atomic<Int>(0)
  private let queue = Guarded(Queue())

  init(maxRunning: Int, maxQueued: Int, queued: Gauge) {
    self.queued = queued
    self.maxRunning = maxRunning
    self.maxQueued = maxQueued
  }

  /// Takes a place for the exchange, or queues it.
  func admit(_ exchange: Exchange) -> Verdict {
    if takePlace() { return .run }
    return queue.withLock { queue in
      if takePlace() { return .run }
      guard queue.count < maxQueued else { return .full }
      queue.waiting.append(exchange)
      queued.set(Double(queue.count))
      return .wait
    }
  }

  /// Gives a place back. Returns the waiting exchange that gets the place, if there is one.
  func leave() -> Exchange? {
    if givePlaceBack() { return nil }
    return queue.withLock { queue in
      guard queue.count > 0 else {
        running.subtract(1, ordering: .acquiringAndReleasing)
        return nil
      }
      let next = queue.waiting[queue.first]
      queue.first += 1
      queued.set(Double(queue.count))
      if queue.count == 0 {
        queue.waiting.removeAll(keepingCapacity: true)
        queue.first = 0
      } else if queue.first >= 1_024, queue.first * 2 > queue.waiting.count {
        queue.waiting.removeFirst(queue.first)
        queue.first = 0
      }
      return next
    }
  }

  private func takePlace() -> Bool { changeBelowMaximum(by: 1) }

  private func givePlaceBack() -> Bool { changeBelowMaximum(by: -1) }

  /// False if all places are taken.
  private func changeBelowMaximum(by amount: Int) -> Bool {
    var count = running.load(ordering: .acquiring)
    while count < maxRunning {
      let (isDone, found) = running.compareExchange(
        expected: count, desired: count + amount, ordering: .acquiringAndReleasing)
      if isDone { return true }
      count = found
    }
    return false
  }
}
