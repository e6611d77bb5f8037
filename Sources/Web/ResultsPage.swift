import Catalog
import SearchService
import Understanding

/// The page of a search or of a listing: results, facets, sorting, paging. It needs no JavaScript.
struct ResultsPage {
  let page: SearchPage
  let addresses: ListAddress
  /// Which products have every word, where others follow them; nil where they are not told apart.
  let fullMatches: Set<ProductID>?
  /// Rows of recommended products; nil where the page has none.
  let recommended: HTML?

  private var tree: CategoryTree { addresses.tree }
  private var listing: Listing? { page.input.listing }

  private var heading: String {
    if let listing { return listing.name }
    if shownText.isEmpty { return "All products" }
    return page.products.isEmpty ? "No results for “\(shownText)”" : "Results for “\(shownText)”"
  }

  /// The words that the results are of.
  private var shownText: String { page.correctedText ?? page.typedText }

  var title: String { shownText.isEmpty ? heading : shownText }

  var body: HTML {
    """
    \(breadcrumbs)
    <div class="heading"><h1>\(heading)</h1>\(count)</div>
    \(summary)\(correctedNotice)\(relaxedNotice)\(degradedNotice)\(understood)
    <div class="results">
    \(filters)\(sorting)
    <section class="hits" id="results" tabindex="-1" aria-label="Products">\(products)\(paging)</section>
    </div>
    \(recommended)
    """
  }

  /// A page behind a cursor continues a list; its filters stand on the first one.
  private var filters: HTML? {
    guard page.input.position == nil else {
      var first = page.input
      first.position = nil
      first.page = 1
      return
        "<p class=\"onward\"><a rel=\"nofollow\" href=\"\(addresses.of(first))\">Back to the first page and its filters</a></p>"
    }
    guard let column = FacetColumn(page: page, addresses: addresses).html else { return nil }
    // On a narrow window the summary opens and closes what follows it; on a wide one the filters stand open.
    return """
      <details class="toggle"><summary>Filters</summary></details>
      <aside class="filters" aria-label="Filters">\(column)\(showProducts)</aside>
      """
  }

  private var showProducts: HTML? {
    page.products.isEmpty ? nil : "<a class=\"show\" href=\"#results\">Show \(countText)</a>"
  }

  private var count: HTML? { page.products.isEmpty ? nil : "<p class=\"count\">\(countText)</p>" }

  private var countText: String {
    page.total.value == 1 ? "1 product" : "\(page.total.isExact ? "" : "more than ")\(page.total.value) products"
  }

  private var breadcrumbs: HTML? {
    guard let listing else { return nil }
    let path = listing.category.flatMap { tree.path(to: $0)?.steps } ?? []
    var steps = path.dropLast().map { step -> HTML in "<li><a href=\"/c/\(step.slug)\">\(step.name)</a></li>" }
    steps.append("<li aria-current=\"page\">\(listing.name)</li>")
    return
      "<nav aria-label=\"You are here\"><ol class=\"crumbs\"><li><a href=\"/\">Home</a></li>\(steps)</ol></nav>"
  }

  private var summary: HTML? {
    guard let listing, !listing.summary.isEmpty else { return nil }
    return "<p class=\"summary\">\(listing.summary)</p>"
  }

  private var correctedNotice: HTML? {
    guard let corrected = page.correctedText else { return nil }
    var asTyped = page.input
    asTyped.isExact = true
    asTyped.page = 1
    return """
      <p class="notice">Showing results for <strong>\(corrected)</strong>. Search instead for <a rel="nofollow" href="\(addresses.of(asTyped))">\(page.typedText)</a></p>
      """
  }

  private var relaxedNotice: HTML? {
    switch page.relaxedTo {
    case nil, .everyWord: nil
    case _ where !page.plan.absent.isEmpty && !rest.isEmpty: notice("No \(absentText) here. Other \(rest):")
    case .everyWordFirst: notice("\(fullText) all of “\(shownText)”; the others are partial matches.")
    case .mostWords: nothingHasAll("These products are without “\(page.plan.dropped.joined(separator: " "))”.")
    case .anyWord: nothingHasAll("These products match part of it.")
    case .category: nothingHasAll("These products are of the same category.")
    case .anyPrice: notice("Nothing at that price. The same at other prices:")
    case .mentioned: notice("Nothing here is called “\(shownText)”. These products mention it:")
    }
  }

  /// How many products have every word, where this page shows the last of them.
  private var fullText: String {
    guard page.input.page == 1, page.input.position == nil, let full = parted?.full.count else {
      return "Few products match"
    }
    return full == 1 ? "1 product matches" : "\(full) products match"
  }

  /// The words that nothing in the shop has, as a name is written: a brand, mostly.
  private var absentText: String {
    page.plan.absent.map { word in
      word == word.lowercased() ? word.prefix(1).uppercased() + word.dropFirst() : word
    }.joined(separator: " ")
  }

  /// The search whose results they are without them.
  private var rest: String {
    page.plan.slots.filter { !page.plan.absent.contains($0.words) }.map(\.words).joined(separator: " ")
  }

  private func nothingHasAll(_ what: HTML) -> HTML { notice("Nothing has all of “\(shownText)”. \(what)") }
  private func notice(_ text: HTML) -> HTML { "<p class=\"notice\">\(text)</p>" }

  /// The recognised parts of the query; one click takes one back.
  private var understood: HTML? {
    guard !page.plan.recognitions.isEmpty || !page.plan.excluded.isEmpty else { return nil }
    // Catalogs write one value in several ways; Double and DOUBLE are one thing to a shopper.
    var shown: [(text: String, references: [String])] = []
    for recognition in page.plan.recognitions {
      let text = recognition.text(addresses.currency)
      if let place = shown.firstIndex(where: { $0.text.folded == text.folded }) {
        shown[place].references.append(recognition.reference)
      } else {
        shown.append((text, [recognition.reference]))
      }
    }
    let chips = shown.map { text, references -> HTML in
      var input = page.input
      input.ignored.formUnion(references)
      input.page = 1
      return """
        <li><a class="chip" rel="nofollow" href="\(addresses.of(input))"><span class="hidden">Search as words, not as </span>\(text) <span aria-hidden="true">×</span></a></li>
        """
    }
    let without = page.plan.excluded.map { phrase -> HTML in "<li>Without \(phrase)</li>" }
    let removal: HTML? =
      chips.isEmpty ? nil : "<p class=\"note\">Remove one with × to search for its words as you typed them.</p>"
    return """
      <div class="understood"><p id="understood">Understood as:</p><ul class="chips" aria-labelledby="understood">\(chips)\(without)</ul>\(removal)</div>
      """
  }

  private var degradedNotice: HTML? {
    guard page.degraded.contains(where: { $0.part == .prices }) else { return nil }
    return
      "<p class=\"notice\">Prices may be a few minutes old at the moment. A product’s own page shows its current price.</p>"
  }

  // MARK: Results

  private var sorting: HTML? {
    guard page.products.count > 1 || page.input.page > 1 else { return nil }
    var kept = page.input
    kept.sort = listing?.defaultSort ?? .relevance
    kept.page = 1
    kept.position = nil
    let choices = SearchSort.allCases.map { sort -> HTML in
      let selected: HTML = sort == page.input.sort ? " selected" : ""
      return "<option value=\"\(sort.rawValue)\"\(selected)>\(sort.label)</option>"
    }
    return """
      <form class="sorting" action="\(listing?.path ?? "/search")">\(addresses.hiddenFields(of: kept))
      <label for="sort">Sort by</label> <select id="sort" name="sort">\(choices)</select> <button type="submit">Apply</button>
      </form>
      """
  }

  /// The products; where some have every word and the others a part, with a heading for each.
  private var products: HTML {
    guard page.products.isEmpty else {
      guard let (full, partial) = parted else { return ProductGrid.html(page.products, search: page.searchID) }
      return """
        <h2 class="part">Full matches</h2>\(ProductGrid.html(full, search: page.searchID))
        <h2 class="part">Partial matches</h2>\(ProductGrid.html(partial, search: page.searchID, isEager: false))
        """
    }
    return nothing
  }

  /// The full and the partial matches; nil where they do not stand one behind the other.
  private var parted: (full: [ProductCard], partial: [ProductCard])? {
    guard let fullMatches else { return nil }
    let full = page.products.prefix { fullMatches.contains($0.id) }
    let partial = page.products.dropFirst(full.count)
    guard !full.isEmpty, !partial.isEmpty, !partial.contains(where: { fullMatches.contains($0.id) }) else { return nil }
    return (Array(full), Array(partial))
  }

  private var nothing: HTML {
    var links = tree.roots.map { node -> HTML in "<li><a href=\"/c/\(node.slug)\">\(node.name)</a></li>" }
    let isAll = listing == nil && shownText.isEmpty && page.input.chosenFilters.isEmpty
    if links.isEmpty, !isAll { links.append("<li><a href=\"/search\">All products</a></li>") }
    let elsewhere = tree.roots.isEmpty ? "" : ", or look around in a department"
    let advice =
      if !page.input.chosenFilters.isEmpty { "Remove a filter\(elsewhere)." } else if !shownText.isEmpty {
        "Check the spelling, try fewer words\(elsewhere)."
      } else if listing != nil { "There is nothing in this list at the moment." } else {
        "The shop has no products yet."
      }
    let list: HTML? = links.isEmpty ? nil : "<ul>\(links)</ul>"
    return "<div class=\"empty\"><p>\(advice)</p>\(list)</div>"
  }

  /// Numbered pages as far as they reach, and from the last of them on the cursor.
  private var paging: HTML? {
    let onward = onward
    guard page.input.position == nil, page.pageCount > 1 else {
      return onward.map { "<nav aria-label=\"Pages\"><ul class=\"pages\">\($0)</ul></nav>" }
    }
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
          : "<li><a href=\"\(addresses.of(input))\"><span class=\"hidden\">Page </span>\(number)</a></li>")
    }
    return "<nav aria-label=\"Pages\"><ul class=\"pages\">\(items)\(onward)</ul></nav>"
  }

  private var onward: HTML? {
    var href: String?
    if page.input.position == nil, page.input.page < page.pageCount {
      var next = page.input
      next.page += 1
      href = addresses.of(next)
    } else if let cursor = page.nextCursor {
      href = Address(path: listing?.path ?? "/search", parameters: [("cursor", cursor)]).text
    }
    return href.map { "<li><a rel=\"next\" href=\"\($0)\">Next</a></li>" }
  }
}
