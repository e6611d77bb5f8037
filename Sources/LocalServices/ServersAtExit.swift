import Glibc
import Threading

/// Servers that a process shares until its end: at exit it ends them and waits for them.
enum ServersAtExit {
  private static let ends = Guarded<[@Sendable () -> Void]>([])

  static func add(_ end: @escaping @Sendable () -> Void) {
    let isFirst = ends.withLock { ends in
      ends.append(end)
      return ends.count == 1
    }
    guard isFirst else { return }
    atexit {
      for end in ServersAtExit.ends.withLock({ $0 }) { end() }
    }
  }
}
