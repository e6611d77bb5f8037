import CMicroHTTPD
import Glibc
import Synchronization
import Threading

/// The library's connection, passed between its thread and the task that answers.
///
/// Unchecked because the compiler cannot see the library's rule, which is kept here: between `MHD_suspend_connection`
/// and `MHD_resume_connection`, which may be called from any thread, the connection lives and nobody uses it;
/// everything else happens on the connection's own thread, within its callbacks.
struct ConnectionHandle: @unchecked Sendable {
  let pointer: OpaquePointer
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

extension Duration {
  /// Whole nanoseconds; a negative duration becomes 0.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }
}

/// One connection, from accept to close: its current time limit, and its exchange.
final class Peer: Sendable {
  /// The event that a connection waits for, which decides its time limit.
  enum Phase: UInt64 {
    case idle, head, body, handling, answering, streaming
  }

  let descriptor: Int32
  let address: String
  /// The end of the phase's time in nanoseconds, with the phase in the three lowest bits: one word, so that the watch
  /// never sees the limit of one phase with the name of another.
  private let due = Atomic<UInt64>(.max)
  /// The time at which the connection was suspended; 0 while it is not.
  let suspendedAt = Atomic<UInt64>(0)
  private let exchange = Guarded<Exchange?>(nil)
  /// The peer's index in the registry; guarded by the registry's lock.
  fileprivate let index = Atomic<Int>(-1)

  init(descriptor: Int32, address: String) {
    self.descriptor = descriptor
    self.address = address
  }

  func enter(_ phase: Phase, until limit: UInt64) {
    due.store(limit & ~7 | phase.rawValue, ordering: .releasing)
  }

  /// The phase whose time is over; nil if it is not over.
  func overdue(at now: UInt64) -> Phase? {
    let word = due.load(ordering: .acquiring)
    guard word & ~7 <= now else { return nil }
    return Phase(rawValue: word & 7)
  }

  var phase: Phase? { Phase(rawValue: due.load(ordering: .acquiring) & 7) }

  var current: Exchange? {
    get { exchange.withLock { $0 } }
    set { exchange.withLock { $0 = newValue } }
  }
}

/// All open connections.
final class PeerRegistry: Sendable {
  private let peers = Guarded<[Peer]>([])

  var count: Int { peers.withLock { $0.count } }

  func add(_ peer: Peer) {
    peers.withLock { peers in
      peer.index.store(peers.count, ordering: .relaxed)
      peers.append(peer)
    }
  }

  /// Removes the peer; afterwards its descriptor may be closed, because scans hold the lock.
  func remove(_ peer: Peer) {
    peers.withLock { peers in
      let index = peer.index.load(ordering: .relaxed)
      precondition(index >= 0 && peers[index] === peer, "a peer is removed once")
      peers.swapAt(index, peers.count - 1)
      peers[index].index.store(index, ordering: .relaxed)
      peers.removeLast()
      peer.index.store(-1, ordering: .relaxed)
    }
  }

  /// Visits each open connection; none is closed meanwhile.
  func forEach(_ look: (Peer) -> Void) {
    peers.withLock { peers in
      for peer in peers { look(peer) }
    }
  }
}
