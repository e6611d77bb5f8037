import Threading

/// Lets some requests work at once; the senders of the others take turns.
///
/// Work that fills the cores makes every request wait for all before it. A sender of many dear requests waits here for its
/// own requests; a request of another sender comes next.
public final class FairTurns: Sendable {
  private struct Waiter {
    let number: UInt64
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var working = 0
    var waiting = 0
    var lastNumber: UInt64 = 0
    /// Each sender's requests in their order; no line is empty.
    var lines: [[UInt8]: ArraySlice<Waiter>] = [:]
    /// The senders that wait, the next one first.
    var senders: ArraySlice<[UInt8]> = []
    /// Requests that were cancelled before they stood in their line.
    var cancelled: Set<UInt64> = []
  }

  /// The answer to a request for a turn.
  public enum Turn: Sendable {
    case come
    /// So many wait that another one would wait in vain.
    case full
    /// The request was cancelled meanwhile.
    case cancelled
  }

  private let atOnce: Int
  private let maxWaiting: Int
  private let state = Guarded(State())

  public init(atOnce: Int, maxWaiting: Int) {
    self.atOnce = max(1, atOnce)
    self.maxWaiting = maxWaiting
  }

  /// Requests that wait for their turn.
  public var waiting: Int { state.withLock { $0.waiting } }

  /// Waits for the sender's turn. Every turn that has come must end by `leave`.
  public func turn(of sender: [UInt8]) async -> Turn {
    let number: UInt64? = state.withLock { state in
      if state.working < atOnce {
        state.working += 1
        return nil
      }
      state.lastNumber += 1
      return state.lastNumber
    }
    guard let number else { return .come }
    // A request that was cancelled after its turn came.
    defer { state.withLock { _ = $0.cancelled.remove(number) } }
    return await withTaskCancellationHandler {
      var isFull = false
      let hasCome = await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          guard state.cancelled.remove(number) == nil else { return false }
          // A place may have become free since.
          if state.working < atOnce {
            state.working += 1
            return true
          }
          guard state.waiting < maxWaiting else {
            isFull = true
            return false
          }
          state.waiting += 1
          if state.lines[sender] == nil { state.senders.append(sender) }
          state.lines[sender, default: []].append(Waiter(number: number, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
      return hasCome ? .come : isFull ? .full : .cancelled
    } onCancel: {
      cancel(number, of: sender)
    }
  }

  /// Ends a turn; the next sender's request gets the place.
  public func leave() {
    let next = state.withLock { state -> Waiter? in
      guard let sender = state.senders.popFirst(), let waiter = state.lines[sender]?.popFirst() else {
        state.working -= 1
        return nil
      }
      state.waiting -= 1
      if state.lines[sender]?.isEmpty == true {
        state.lines[sender] = nil
      } else {
        state.senders.append(sender)
      }
      return waiter
    }
    next?.continuation.resume(returning: true)
  }

  private func cancel(_ number: UInt64, of sender: [UInt8]) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.lines[sender]?.firstIndex(where: { $0.number == number }) else {
        state.cancelled.insert(number)
        return nil
      }
      let waiter = state.lines[sender]?.remove(at: place)
      state.waiting -= 1
      if state.lines[sender]?.isEmpty == true {
        state.lines[sender] = nil
        state.senders.removeAll { $0 == sender }
      }
      return waiter
    }
    waiter?.continuation.resume(returning: false)
  }
}
