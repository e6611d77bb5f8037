import Catalog
import SearchService

/// The filters beside the results: what is chosen, and each facet. Links and plain forms, so that they need no script.
struct FacetColumn {
  /// Values that stand open; the others are behind "Show more".
  private static let open = 8

  let page: SearchPage
  let addresses: ListAddress

  var html: HTML { "\(chosen)\(page.facets.map(facet))" }

  // MARK: What is chosen

  /// Each to be taken away by one click.
  private var chosen: HTML? {
    let tokens = page.input.chosenFilters.flatMap { $0.texts(currency: addresses.currency) }
    guard !tokens.isEmpty else { return nil }
    let chips = tokens.compactMap { token -> HTML? in
      guard let colon = token.firstIndex(of: ":") else { return nil }
      let code = String(token[..<colon])
      let value = String(token[token.index(after: colon)...])
      let href = addresses.of(page.input.toggling(code, value, currency: addresses.currency))
      return """
        <li><a class="chip" rel="nofollow" href="\(href)"><span class="hidden">Remove the filter </span>\(label(code, value)) <span aria-hidden="true">×</span></a></li>
        """
    }
    var cleared = page.input
    cleared.filters.removeAll { page.input.chosenFilters.contains($0) }
    cleared.page = 1
    return
      "<ul class=\"chips\">\(chips)<li><a rel=\"nofollow\" href=\"\(addresses.of(cleared))\">Clear all</a></li></ul>"
  }

  private func label(_ code: String, _ value: String) -> String {
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

  /// `13..16` as a shopper reads it.
  private static func range(_ value: String, unit: String?) -> String {
    guard let dots = value.firstRange(of: "..") else { return value }
    let unit = unit.map { " \($0)" } ?? ""
    func number(_ text: Substring) -> String { text.hasSuffix(".0") ? String(text.dropLast(2)) : String(text) }
    let (lower, upper) = (number(value[..<dots.lowerBound]), number(value[dots.upperBound...]))
    return lower.isEmpty
      ? "up to \(upper)\(unit)" : upper.isEmpty ? "from \(lower)\(unit)" : "\(lower) to \(upper)\(unit)"
  }

  // MARK: A facet

  /// Of each facet; with a long search fewer, so that the page's size has a bound.
  private var mostValues: Int { max(1, addresses.linksOfPage / max(1, page.facets.count)) }

  private func facet(_ facet: Facet) -> HTML {
    let shown = facet.values.enumerated().filter { $0.offset < mostValues || $0.element.isSelected }.map(\.element)
    let first = shown.enumerated().filter { $0.offset < Self.open || $0.element.isSelected }.map(\.element)
    let rest = shown.dropFirst(Self.open).filter { !$0.isSelected }
    let list: HTML? = first.isEmpty ? nil : "<ul>\(first.map { item(facet, $0) })</ul>"
    let more: HTML? =
      rest.isEmpty
      ? nil
      : "<details><summary>Show more<span class=\"hidden\"> of \(facet.name)</span></summary><ul>\(rest.map { item(facet, $0) })</ul></details>"
    let all: HTML? =
      facet.hasMore && facet.values.count >= Self.open
      ? "<a class=\"all\" rel=\"nofollow\" href=\"\(addresses.values(of: facet.code))\">See all<span class=\"hidden\"> values of \(facet.name)</span></a>"
      : nil
    let range = facet.spread.map { rangeForm(facet, $0) }
    return "<section class=\"facet\"><h2>\(facet.name)</h2>\(list)\(more)\(all)\(range)</section>"
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
    let hidden = kept.parameters(currency: addresses.currency).map { parameter -> HTML in
      "<input type=\"hidden\" name=\"\(parameter.name)\" value=\"\(parameter.value)\">"
    }
    let (lower, upper) = isPrice ? ("price_min", "price_max") : ("min:\(facet.code)", "max:\(facet.code)")
    let (lowest, highest) = (text(spread.lowest), text(spread.highest))
    return """
      <form class="range" action="\(page.input.listing?.path ?? "/search")" data-lowest="\(lowest)" data-highest="\(highest)">\(hidden)
      \(histogram(spread))
      <label>From <input name="\(lower)" inputmode="decimal" size="6" value="\(text(spread.chosenLower))" placeholder="\(lowest)"></label>
      <label>to <input name="\(upper)" inputmode="decimal" size="6" value="\(text(spread.chosenUpper))" placeholder="\(highest)"></label>
      \(facet.unit.map { unit -> HTML in "<span>\(unit)</span>" })
      <button type="submit">Set<span class="hidden"> the range of \(facet.name)</span></button>
      </form>
      """
  }

  /// A bar for each part of the range, side by side: the eye sees where the products are; the numbers are in the list.
  private func histogram(_ spread: Facet.Spread) -> HTML? {
    let most = spread.bars.map(\.count).max() ?? 0
    guard spread.bars.count > 1, most > 0 else { return nil }
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
