import Catalog
import SearchDSL
import Understanding

extension QueryPlan {
  /// How many of the first results a search needs whole, so that pins take their places among them; 0: none are pinned.
  ///
  /// A shopper who sorts by price wants no other order. A page behind a cursor has the order of the pages before it.
  func pinWindow(for input: SearchInput) -> Int {
    input.sort == .relevance && input.position == nil ? effects.pinWindow : 0
  }
}

extension Candidates {
  /// The candidates with each pinned product at its place. The engine gives pins before all others, as far as they meet the
  /// shopper's filters and are in stock, so that pages behind the window hold none of them.
  func withPins(for input: SearchInput) -> Candidates {
    let pins = plan.effects.pins
    let window = min(max(ranked, plan.pinWindow(for: input)), response.hits.count)
    guard !pins.isEmpty, window > 0, before == 0, input.sort == .relevance else { return self }
    let first = Array((order ?? Array(response.hits.indices)).prefix(window))
    var places: [ProductID: Int] = [:]
    for index in first { if let id = ProductID(response.hits[index].id) { places[id] = index } }
    // A pin that is out of stock was found by its words, if at all, and stands where they put it.
    let held = pins.compactMap { pin in
      places[pin.product].flatMap { isHeld(response.hits[$0]) ? (place: pin.place, index: $0) : nil }
    }
    let taken = Set(held.map(\.index))
    var placed = first.filter { !taken.contains($0) }
    for pin in held { placed.insert(pin.index, at: min(pin.place - 1, placed.count)) }
    var result = self
    result.ranked = window
    result.order = placed + Array(response.hits.indices.dropFirst(window))
    return result
  }

  /// Whether the engine gave a product for its pin.
  func isHeld(_ hit: Hit) -> Bool { !plan.effects.pins.isEmpty && (hit.score ?? 0) >= RetrievalQuery.pinBoost }
}
