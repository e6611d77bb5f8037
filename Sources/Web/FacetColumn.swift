import Catalog
import SearchService

/// The filters beside the results: what is chosen, and each facet. Links and plain forms, so that they need no script.
struct FacetColumn {
  /// Values that stand open; the others are behind "Show more".
  private static let open = 8

  /// Facets that stand open; the others show their names, so that the column is about as long as the results.
  private static let openFacets = 6

  /// Bars of fewer products would be a row of full ones.
  private static let leastDrawn = 8

  let page: SearchPage
  let addresses: ListAddress

  /// nil where there is nothing to choose and nothing to take back.
  var html: HTML? {
    let shown = page.facets.compactMap(useful)
    guard chosen != nil || !shown.isEmpty else { return nil }
    return "\(chosen)\(shown.enumerated().map { facet($1, isOpen: $0 < Self.openFacets) })"
  }

  /// The facet without a range of one number; nil where no choice in it would narrow the results.
  private func useful(_ facet: Facet) -> Facet? {
    var facet = facet
    let isChosen =
      facet.values.contains(where: \.isSelected)
      || page.input.chosenFilters.contains { $0.facetCode == facet.code }
    if let spread = facet.spread, spread.lowest >= spread.highest, !isChosen { facet.spread = nil }
    // A category that has everything still leads to those below it.
    let narrows =
      facet.kind == .categories && page.total.value > 1 || facet.values.contains { $0.count < page.total.value }
    return isChosen && facet.kind != .categories || narrows || facet.spread != nil && page.total.value > 1 ? facet : nil
  }

  // MARK: What is chosen

  /// Each to be taken away by one click.
  private var chosen: HTML? {
    let tokens = page.input.chosenFilters.flatMap { $0.texts(currency: addresses.currency) }
    guard !tokens.isEmpty else { return nil }
    // Values that differ in capitals alone are one chip.
    var shown: [(text: String, input: SearchInput)] = []
    var places: [String: Int] = [:]
    for token in tokens {
      guard let colon = token.firstIndex(of: ":") else { continue }
      let code = String(token[..<colon])
      let value = String(token[token.index(after: colon)...])
      let text = label(code, value)
      let folded = text.folded
      let place = places[folded]
      let without = (place.map { shown[$0].input } ?? page.input).toggling(code, value, currency: addresses.currency)
      if let place {
        shown[place].input = without
      } else {
        places[folded] = shown.count
        shown.append((text, without))
      }
    }
    let chips = shown.map { chip -> HTML in
      """
      <li><a class="chip" rel="nofollow" href="\(addresses.of(chip.input))"><span class="hidden">Remove the filter </span>\(chip.text) <span aria-hidden="true">×</span></a></li>
      """
    }
    var cleared = page.input
    cleared.filters.removeAll { page.input.chosenFilters.contains($0) }
    cleared.page = 1
    return
      "<ul class=\"chips\">\(chips)<li><a rel=\"nofollow\" href=\"\(addresses.of(cleared))\">Clear all</a></li></ul>"
  }

  private func label(_ code: String, _ value: String) -> String {
    if code == "price" { return "Price: \(prices)" }
    if let facet = page.facets.first(where: { $0.code == code }) {
      let shown = facet.values.first { $0.value == value }?.label ?? Self.range(value, unit: facet.unit)
      return facet.code == "stock" || facet.code == "category" ? shown : "\(facet.name): \(shown)"
    }
    switch code {
    case "reduced": return "Reduced"
    case "released": return "New in the last \(value.dropLast()) days"
    // A filter of an attribute that these results have no facet of.
    default: return "\(code.replacing("_", with: " ")): \(Self.range(value, unit: nil))"
    }
  }

  private var prices: String {
    for case .price(let lower, let upper) in page.input.filters {
      return ShopWords.prices(lower, upper, addresses.currency)
    }
    return ""
  }

  /// `13..16` as a shopper reads it.
  private static func range(_ value: String, unit: String?) -> String {
    guard let dots = value.firstRange(of: "..") else { return value }
    func number(_ text: Substring) -> String { text.hasSuffix(".0") ? String(text.dropLast(2)) : String(text) }
    let range = ShopWords.range(number(value[..<dots.lowerBound]), number(value[dots.upperBound...]))
    return unit.map { "\(range) \($0)" } ?? range
  }

  // MARK: A facet

  /// Of each facet; with a long search fewer, so that the page's size has a bound.
  private var maxValues: Int { max(1, addresses.linksOfPage / max(1, page.facets.count)) }

  private func facet(_ facet: Facet, isOpen: Bool) -> HTML {
    let shown = facet.values.enumerated().filter { $0.offset < maxValues || $0.element.isSelected }.map(\.element)
    let first = shown.enumerated().filter { $0.offset < Self.open || $0.element.isSelected }.map(\.element)
    let rest = shown.dropFirst(Self.open).filter { !$0.isSelected }
    let list: HTML? = first.isEmpty ? nil : "<ul>\(first.map { item(facet, $0) })</ul>"
    let more: HTML? =
      rest.isEmpty
      ? nil
      : "<details class=\"rest\"><summary>Show more<span class=\"hidden\"> of \(facet.name)</span></summary><ul>\(rest.map { item(facet, $0) })</ul></details>"
    let all: HTML? =
      facet.hasMore && facet.values.count >= Self.open
      ? "<a class=\"all\" rel=\"nofollow\" href=\"\(addresses.values(of: facet.code))\">See all<span class=\"hidden\"> values of \(facet.name)</span></a>"
      : nil
    let range = facet.spread.map { rangeForm(facet, $0) }
    let isChosen = page.input.chosenFilters.contains { $0.facetCode == facet.code }
    let open: HTML = isOpen || isChosen ? " open" : ""
    let unit: HTML? = facet.spread == nil ? nil : facet.unit.map { " <span class=\"unit\">(\($0))</span>" }
    return """
      <details class="facet"\(open)><summary><h2>\(facet.name)\(unit)</h2></summary>\(list)\(more)\(all)\(range)</details>
      """
  }

  private func item(_ facet: Facet, _ value: Facet.Value) -> HTML {
    let current: HTML = value.isSelected ? " aria-current=\"true\"" : ""
    let kind: HTML = facet.kind == .categories ? "category depth-\(min(value.depth, 3))" : "choice"
    return """
      <li><a class="\(kind)" rel="nofollow" href="\(addresses.toggling(facet, value))"\(current)>\(Self.swatch(value.hex))<span class="label">\(value.label)</span> <span class="count">\(value.count)</span></a></li>
      """
  }

  static func swatch(_ hex: String?, size: Int = 18) -> HTML? {
    hex.map {
      "<svg class=\"swatch\" viewBox=\"0 0 20 20\" width=\"\(size)\" height=\"\(size)\" aria-hidden=\"true\"><circle cx=\"10\" cy=\"10\" r=\"9\" fill=\"\($0)\" stroke=\"#8a94a0\"/></svg>"
    }
  }

  // MARK: A range

  private func rangeForm(_ facet: Facet, _ spread: Facet.Spread) -> HTML {
    let isPrice = facet.code == "price"
    func text(_ number: Double?) -> String {
      guard let number else { return "" }
      return isPrice
        ? Money(minorUnits: Int64(saturating: number), currency: addresses.currency).decimalText
        : number.shortText
    }
    var kept = page.input
    kept.filters.removeAll { $0.facetCode == facet.code }
    kept.page = 1
    let (lower, upper) = isPrice ? ("price_min", "price_max") : ("min:\(facet.code)", "max:\(facet.code)")
    let (lowest, highest) = (text(spread.lowest), text(spread.highest))
    func placeholder(_ text: String) -> String { text.hasSuffix(".00") ? String(text.dropLast(3)) : text }
    return """
      <form class="range" action="\(page.input.listing?.path ?? "/search")" data-lowest="\(lowest)" data-highest="\(highest)" data-name="\(facet.name)">\(addresses.hiddenFields(of: kept))
      \(histogram(spread))
      <label><span class="hidden">From</span><input name="\(lower)" inputmode="decimal" size="6" value="\(text(spread.chosenLower))" placeholder="from \(placeholder(lowest))"></label>
      <span aria-hidden="true">–</span> <label><span class="hidden">To</span><input name="\(upper)" inputmode="decimal" size="6" value="\(text(spread.chosenUpper))" placeholder="to \(placeholder(highest))"></label>
      <button type="submit">Apply<span class="hidden"> the range of \(facet.name)</span></button>
      </form>
      """
  }

  /// A bar for each part of the range, side by side: the eye sees where the products are; the numbers are in the list.
  private func histogram(_ spread: Facet.Spread) -> HTML? {
    let most = spread.bars.map(\.count).max() ?? 0
    let total = spread.bars.reduce(0) { $0.adding(saturating: $1.count) }
    guard spread.bars.count > 1, total >= Self.leastDrawn else { return nil }
    let height = 32
    let bars = spread.bars.enumerated().map { index, bar -> HTML in
      let tall = bar.count == 0 ? 0 : max(1, bar.count.multiplied(saturating: height) / most)
      let isOutside =
        bar.upper <= spread.chosenLower ?? -.infinity || bar.lower > spread.chosenUpper ?? .infinity
      let kind: HTML = isOutside ? " class=\"outside\"" : ""
      return "<rect\(kind) x=\"\(index * 10)\" y=\"\(height - tall)\" width=\"9\" height=\"\(tall)\"/>"
    }
    return """
      <svg class="histogram" viewBox="0 0 \(spread.bars.count * 10) \(height)" preserveAspectRatio="none" aria-hidden="true">\(bars)</svg>
      """
  }
}
