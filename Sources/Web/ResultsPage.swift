import Catalog
import SearchService
import Understanding

/// The page of a search or of a category: results, facets, sorting, paging. It needs no JavaScript.
struct ResultsPage {
  let page: SearchPage
  /// The category whose page this is; nil for a search.
  let category: CategoryTree.Node?
  let tree: CategoryTree
  let currency: Currency

  private var heading: String {
    if let category { return category.name }
    return shownText.isEmpty ? "All products" : "Results for “\(shownText)”"
  }

  /// The words that the results are of.
  private var shownText: String { page.correctedText ?? page.typedText }

  var title: String { shownText.isEmpty ? heading : shownText }

  var body: HTML {
    """
    \(breadcrumbs)
    <div class="heading"><h1>\(heading)</h1><p class="count">\(countText)</p></div>
    \(correctedNotice)\(relaxedNotice)\(degradedNotice)\(understood)
    <div class="results">
    <input class="hidden toggle" type="checkbox" id="show-filters"><label class="toggle-label" for="show-filters">Filters</label>
    <aside class="filters" aria-label="Filters">\(chosen)\(page.facets.map(facet))</aside>
    <section class="hits" aria-label="Products">\(sorting)\(products)\(paging)</section>
    </div>
    """
  }

  private var countText: String {
    page.total.value == 1 ? "1 product" : "\(page.total.isExact ? "" : "more than ")\(page.total.value) products"
  }

  private var breadcrumbs: HTML? {
    guard let category, let path = tree.path(to: category.id) else { return nil }
    let steps = path.steps.map { step -> HTML in
      step.id == category.id
        ? "<li aria-current=\"page\">\(step.name)</li>"
        : "<li><a href=\"/categories/\(step.slug)\">\(step.name)</a></li>"
    }
    return "<nav aria-label=\"You are here\"><ol class=\"crumbs\"><li><a href=\"/\">Home</a></li>\(steps)</ol></nav>"
  }

  private var correctedNotice: HTML? {
    guard let corrected = page.correctedText else { return nil }
    var asTyped = page.input
    asTyped.isExact = true
    asTyped.page = 1
    return """
      <p class="notice">Showing results for <strong>\(corrected)</strong>. Search instead for <a rel="nofollow" href="\(address(asTyped))">\(page.typedText)</a></p>
      """
  }

  private var relaxedNotice: HTML? {
    guard let relaxed = page.relaxedTo else { return nil }
    let what: HTML =
      switch relaxed {
      case .everyWord, .mostWords: "These products are without “\(page.plan.dropped.joined(separator: " "))”."
      case .anyWord: "These products have some of the words."
      case .category: "These products are of the same category."
      }
    return "<p class=\"notice\">Nothing has all of “\(shownText)”. \(what)</p>"
  }

  /// What the query was understood as, each to be taken back by one click.
  private var understood: HTML? {
    let shown = page.plan.recognitions
    guard !shown.isEmpty || !page.plan.excluded.isEmpty else { return nil }
    let chips = shown.map { recognition -> HTML in
      var input = page.input
      input.ignored.insert(recognition.reference)
      input.page = 1
      return """
        <li><a class="chip" rel="nofollow" href="\(address(input))"><span class="hidden">Search as words, not as </span>\(recognition.kind.label): \(recognition.label) <span aria-hidden="true">×</span></a></li>
        """
    }
    let without = page.plan.excluded.map { phrase -> HTML in "<li>Without \(phrase)</li>" }
    return "<ul class=\"chips\" aria-label=\"Understood as\">\(chips)\(without)</ul>"
  }

  private var degradedNotice: HTML? {
    guard page.degraded.contains("prices") else { return nil }
    return "<p class=\"notice\">Prices may be a little old at the moment. The basket shows the current ones.</p>"
  }

  // MARK: Addresses

  /// The address of a changed search; a category's page keeps its own path.
  private func address(_ input: SearchInput) -> String {
    var path = "/search"
    var kept = input
    if let category {
      path = "/categories/\(category.slug)"
      kept.filters.removeAll { $0 == .category(category.id) }
    }
    return Address(path: path, parameters: kept.parameters(currency: currency)).text
  }

  private func facetAddress(_ facet: Facet, _ value: Facet.Value) -> String {
    if facet.kind == .categories, let id = CategoryID(value.value), let node = tree.node(id) {
      var input = page.input
      input.filters.removeAll { if case .category = $0 { true } else { false } }
      input.page = 1
      guard category != nil else {
        return address(value.isSelected ? input : input.toggling("category", value.value, currency: currency))
      }
      return Address(path: "/categories/\(node.slug)", parameters: input.parameters(currency: currency)).text
    }
    return address(page.input.toggling(facet.code, value.value, currency: currency))
  }

  // MARK: Facets

  /// What is chosen, each to be taken away by one click.
  private var chosen: HTML? {
    let tokens = page.input.filters.filter { filter in
      if case .category(let id) = filter { id != category?.id } else { true }
    }.flatMap { $0.texts(currency: currency) }
    guard !tokens.isEmpty else { return nil }
    let chips = tokens.compactMap { token -> HTML? in
      guard let colon = token.firstIndex(of: ":") else { return nil }
      let code = String(token[..<colon])
      let value = String(token[token.index(after: colon)...])
      let href = address(page.input.toggling(code, value, currency: currency))
      return """
        <li><a class="chip" rel="nofollow" href="\(href)"><span class="hidden">Remove the filter </span>\(label(code, value)) <span aria-hidden="true">×</span></a></li>
        """
    }
    var cleared = page.input
    cleared.filters = category.map { [.category($0.id)] } ?? []
    cleared.page = 1
    return "<ul class=\"chips\">\(chips)<li><a rel=\"nofollow\" href=\"\(address(cleared))\">Clear all</a></li></ul>"
  }

  private func label(_ code: String, _ value: String) -> String {
    if let facet = page.facets.first(where: { $0.code == code }) {
      let shown = facet.values.first { $0.value == value }?.label ?? value.replacing("..", with: " to ")
      return facet.code == "stock" || facet.code == "category" ? shown : "\(facet.name): \(shown)"
    }
    return code == "reduced" ? "Reduced" : value
  }

  private func facet(_ facet: Facet) -> HTML {
    let items = facet.values.map { value -> HTML in
      let swatch: HTML? = value.hex.map {
        "<svg class=\"swatch\" viewBox=\"0 0 20 20\" width=\"18\" height=\"18\" aria-hidden=\"true\"><circle cx=\"10\" cy=\"10\" r=\"9\" fill=\"\($0)\" stroke=\"#8a94a0\"/></svg>"
      }
      let current: HTML = value.isSelected ? " aria-current=\"true\"" : ""
      let kind: HTML = facet.kind == .categories ? "category depth-\(min(value.depth, 3))" : "choice"
      return """
        <li><a class="\(kind)" rel="nofollow" href="\(facetAddress(facet, value))"\(current)>\(swatch)<span class="label">\(value.label)</span> <span class="count">\(value.count)</span></a></li>
        """
    }
    let form: HTML? = facet.code == "price" ? priceForm(facet) : nil
    return "<section class=\"facet\"><h2>\(facet.name)</h2><ul>\(items)</ul>\(form)</section>"
  }

  private func priceForm(_ facet: Facet) -> HTML {
    var input = page.input
    var lower = ""
    var upper = ""
    for case .price(let low, let high) in input.filters {
      lower = low.map { Money(minorUnits: $0, currency: currency).decimalText } ?? ""
      upper = high.map { Money(minorUnits: $0, currency: currency).decimalText } ?? ""
    }
    input.filters.removeAll { $0.facetCode == "price" }
    input.page = 1
    let action = address(SearchInput(filters: category.map { [.category($0.id)] } ?? []))
    var kept = input
    if let category { kept.filters.removeAll { $0 == .category(category.id) } }
    let hidden = kept.parameters(currency: currency).map { parameter -> HTML in
      "<input type=\"hidden\" name=\"\(parameter.name)\" value=\"\(parameter.value)\">"
    }
    return """
      <form class="price-range" action="\(action)">\(hidden)
      <label>From <input name="price_min" inputmode="decimal" size="6" value="\(lower)"></label>
      <label>to <input name="price_max" inputmode="decimal" size="6" value="\(upper)"></label>
      <button type="submit">Set<span class="hidden"> the price range</span></button>
      </form>
      """
  }

  // MARK: Results

  private var sorting: HTML {
    let choices = SearchSort.allCases.map { sort -> HTML in
      var input = page.input
      input.sort = sort
      input.page = 1
      let current: HTML = sort == page.input.sort ? " aria-current=\"true\"" : ""
      return "<li><a rel=\"nofollow\" href=\"\(address(input))\"\(current)>\(sort.label)</a></li>"
    }
    return "<nav class=\"sorting\" aria-label=\"Order\"><span>Order by</span><ul>\(choices)</ul></nav>"
  }

  private var products: HTML {
    guard page.products.isEmpty else { return ProductGrid.html(page.products) }
    let departments = tree.roots.map { node -> HTML in "<li><a href=\"/categories/\(node.slug)\">\(node.name)</a></li>"
    }
    let advice: HTML =
      page.input.filters.isEmpty
      ? "Check the spelling, try fewer words, or look around in a department:"
      : "Take a filter away, or look around in a department:"
    return "<div class=\"empty\"><p>We found nothing for this.</p><p>\(advice)</p><ul>\(departments)</ul></div>"
  }

  private var paging: HTML? {
    guard page.pageCount > 1 else { return nil }
    let current = page.input.page
    let around = Set([1, page.pageCount] + ((current - 2)...(current + 2))).filter { (1...page.pageCount).contains($0) }
    var items: [HTML] = []
    var previous = 0
    for number in around.sorted() {
      if number > previous + 1 { items.append("<li class=\"gap\" aria-hidden=\"true\">…</li>") }
      previous = number
      var input = page.input
      input.page = number
      items.append(
        number == current
          ? "<li><span aria-current=\"page\"><span class=\"hidden\">Page </span>\(number)</span></li>"
          : "<li><a href=\"\(address(input))\"><span class=\"hidden\">Page </span>\(number)</a></li>")
    }
    var next = page.input
    next.page = current + 1
    let onward: HTML? = current < page.pageCount ? "<li><a rel=\"next\" href=\"\(address(next))\">Next</a></li>" : nil
    return "<nav aria-label=\"Pages\"><ul class=\"pages\">\(items)\(onward)</ul></nav>"
  }
}

extension Recognition.Kind {
  fileprivate var label: String {
    switch self {
    case .brand: "Brand"
    case .category: "Category"
    case .colour: "Colour"
    case .size, .measure: "Size"
    case .attribute: "Feature"
    case .price: "Price"
    }
  }
}
