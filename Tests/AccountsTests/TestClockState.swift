import Catalog
import Threading

/// The time of a clock that a test moves.
struct TestClockState: Sendable {
  private let microseconds = Guarded(Timestamp("2026-12-01T08:00:00Z")!.microsecondsSinceEpoch)

  var now: Timestamp { Timestamp(microsecondsSinceEpoch: microseconds.withLock { $0 }) }
  func move(_ seconds: Int) { microseconds.withLock { $0 += Int64(seconds) * 1_000_000 } }
}
