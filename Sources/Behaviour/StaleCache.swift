import Ports
import Threading

/// Remembers the cache's lists that lack a deed because the cache did not take it, and drops them there before it is asked
/// again.
final class StaleCache: Sendable {
  /// Shoppers and products that are told apart; 8 bytes each.
  private static let most = 100_000

  private struct State {
    var lists = StaleLists()
    var isBeingDropped = false
  }

  private enum Turn {
    case fresh, ofAnother
    case own(StaleLists)
  }

  private let state = Guarded(State())

  func add(_ lists: StaleLists) { state.withLock { $0.lists.add(lists, most: Self.most) } }

  /// Whether the cache may be asked now: none of its lists lacks a deed. Stale ones are dropped first.
  func isMended(in cache: any BehaviourCache) async -> Bool {
    let turn = state.withLock { state -> Turn in
      if state.isBeingDropped { return .ofAnother }
      if state.lists.isEmpty { return .fresh }
      defer { state = State(isBeingDropped: true) }
      return .own(state.lists)
    }
    guard case .own(let lists) = turn else {
      if case .fresh = turn { return true }
      return false
    }
    do {
      try await cache.drop(lists)
      return state.withLock { state in
        state.isBeingDropped = false
        return state.lists.isEmpty
      }
    } catch {
      // The caller reads the durable store, and the next one tries again.
      state.withLock { state in
        state.isBeingDropped = false
        state.lists.add(lists, most: Self.most)
      }
      return false
    }
  }
}
