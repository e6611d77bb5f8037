import JSON
import SearchDSL
import Threading

/// Recently read parts of a segment's sources, as values.
///
/// A shop shows the same products again and again, and the same fields of each: parsing a source of two kilobytes for
/// ten fields cost more than all the rest of a hit. A segment does not change, so that kept values stay correct.
final class SourceCache: Sendable {
  /// Bytes of a half, as estimated: the cards of about a thousand products.
  private static let maxBytes = 2 << 20
  /// Most ways of reading a source that are kept at once: a shop's cards, with a summary and without.
  private static let maxFilters = 4

  private struct Key: Hashable {
    let document: Int32
    let filter: Int32
  }

  private struct State {
    var filters: [SourceFilter] = []
    var parts = RecentValues<Key, JSONValue>(maxBytesOfHalf: SourceCache.maxBytes)

    func key(_ document: Int32, _ filter: SourceFilter) -> Key? {
      filters.firstIndex(of: filter).map { Key(document: document, filter: Int32($0)) }
    }
  }

  private let state = Guarded(State())

  func value(of document: Int32, _ filter: SourceFilter) -> JSONValue? {
    state.withLock { state in state.key(document, filter).flatMap { state.parts.value(of: $0) } }
  }

  /// Keeps a part of a source; whole sources are read too seldom to keep.
  func keep(_ value: JSONValue, of document: Int32, _ filter: SourceFilter) {
    guard case .fields = filter else { return }
    state.withLock { state in
      if state.key(document, filter) == nil {
        if state.filters.count == Self.maxFilters { state = State() }
        state.filters.append(filter)
      }
      if let key = state.key(document, filter) { state.parts.keep(value, of: key, bytes: value.retainedBytes) }
    }
  }
}
