import Synchronization
import Threading

/// A number that only grows: requests answered, bytes sent.
public final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  init() {}

  /// Adds `amount`, which must not be negative.
  public func increment(by amount: Int = 1) {
    precondition(amount >= 0, "a counter only grows: use a gauge for what falls")
    count.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The count so far.
  public var value: Int { count.load(ordering: .relaxed) }
}

/// A number that rises and falls: connections open, seconds behind.
public final class Gauge: Sendable {
  private let bits = Atomic<UInt64>((0.0).bitPattern)

  init() {}

  /// Sets the value.
  public func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  /// Adds `amount`, which may be negative.
  public func add(_ amount: Double) {
    var current = bits.load(ordering: .relaxed)
    while true {
      let sum = (Double(bitPattern: current) + amount).bitPattern
      let (isExchanged, found) = bits.weakCompareExchange(expected: current, desired: sum, ordering: .relaxed)
      if isExchanged { return }
      current = found
    }
  }

  /// The value now.
  public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// Observations counted in buckets, with their sum: durations, sizes.
public final class Histogram: Sendable {
  /// Bounds for durations of requests, in seconds: 1 ms to 10 s, dense around the 100 ms that a search may take.
  public static let durationBounds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// The content of a histogram at one moment.
  public struct Snapshot: Sendable, Equatable {
    /// Observations at or below each bound, not cumulated; the last entry counts observations above every bound.
    public var counts: [Int]
    public var sum: Double
    public var count: Int { counts.reduce(0, +) }
  }

  /// The buckets' upper bounds, ascending; the bucket of infinity is implied.
  public let bounds: [Double]
  private let state: Guarded<Snapshot>

  init(bounds: [Double]) {
    precondition(!bounds.isEmpty, "a histogram needs at least one bound")
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "a histogram's bounds must ascend")
    precondition(bounds.allSatisfy(\.isFinite), "a histogram's bounds must be finite: the infinite one is implied")
    self.bounds = bounds
    self.state = Guarded(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
  }

  /// Counts one observation; NaN is not counted.
  public func observe(_ value: Double) {
    guard !value.isNaN else { return }
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    state.withLock { state in
      state.counts[index] += 1
      state.sum += value
    }
  }

  /// Counts a duration in seconds.
  public func observe(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    observe(Double(seconds) + Double(attoseconds) * 1e-18)
  }

  /// The counts and the sum at one moment.
  public var snapshot: Snapshot { state.withLock { $0 } }
}
