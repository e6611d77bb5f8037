import Threading

/// The server's state between start and stop, for calls that come twice.
final class Lifecycle: Sendable {
  enum End {
    case notRunning
    case ending
    case mine(Daemon, Watch)
  }

  private enum State {
    case new
    case starting
    case running(Daemon, Watch)
    case ending([CheckedContinuation<Void, Never>])
    case ended
  }

  private let state = Guarded(State.new)

  /// False if it was started before.
  func begin() -> Bool {
    state.withLock { state in
      guard case .new = state else { return false }
      state = .starting
      return true
    }
  }

  func running(_ daemon: Daemon, _ watch: Watch) {
    state.withLock { $0 = .running(daemon, watch) }
  }

  /// Gives the first caller the parts to stop.
  func end() -> End {
    state.withLock { state in
      switch state {
      case .running(let daemon, let watch):
        state = .ending([])
        return .mine(daemon, watch)
      case .ending: return .ending
      case .new, .starting, .ended: return .notRunning
      }
    }
  }

  func waitUntilEnded() async {
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        guard case .ending(let waiting) = state else { return true }
        state = .ending(waiting + [continuation])
        return false
      }
      if isEnded { continuation.resume() }
    }
  }

  func ended() {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard case .ending(let waiting) = state else { return [] }
      state = .ended
      return waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
