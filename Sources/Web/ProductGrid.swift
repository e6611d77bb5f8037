import Catalog
import Edge
import Ports
import Pricing
import SearchService

/// Product cards, alike on every page.
enum ProductGrid {
  /// Cards whose pictures are in the first window of a phone or a laptop are loaded at once, the others when they near it.
  private static let eagerPictures = 4
  /// Colours that a card draws; their number stands beside them.
  private static let maxDots = 6

  /// Cards that stand side by side in a wide window; a strip of more can be scrolled.
  private static let cardsAcross = 4

  /// `isStrip`: one line, to be scrolled sideways, so that no card is left over in a second one.
  /// `search`: the search ID to report with clicks on these cards.
  /// `reasons`: why a product is recommended, in words; `isEager`: whether the first cards are near the page's head.
  static func html(
    _ products: [ProductCard], search: SearchID? = nil, reasons: [ProductID: String] = [:], isEager: Bool = true,
    isStrip: Bool = false, shown: ShownList? = nil
  ) -> HTML {
    let cards = products.enumerated().map { index, product in
      card(
        product, isEager: isEager && index < eagerPictures, reason: reasons[product.id],
        place: shown.map { ShownPlace(list: $0.list, position: index + 1, placement: $0.placement) })
    }
    let marker: HTML? = search.map { " data-search=\"\($0.description)\"" }
    let kind = !isStrip ? "grid" : products.count > cardsAcross ? "grid strip" : "grid strip few"
    return "<ul class=\"\(kind)\"\(marker)>\(cards)</ul>"
  }

  private static func card(_ product: ProductCard, isEager: Bool, reason: String?, place: ShownPlace?) -> HTML {
    let why: HTML? = reason.flatMap { $0.isEmpty ? nil : "<p class=\"note reason\">\($0)</p>" }
    let brand: HTML? = product.brand.map { "<span class=\"brand\">\($0)</span>" }
    let stock: HTML? = product.isInStock ? nil : "<span class=\"note sold-out\">Out of stock</span>"
    let parameters = [product.variant.map { "variant=\($0.id)" }, place?.query].compactMap { $0 }
    let variant = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
    let summary: HTML? = product.highlightedSummary.map { "<p class=\"found\">\(marked($0))</p>" }
    return """
      <li class="card" data-product="\(product.id.description)">
      <a href="/products/\(product.id.description)\(variant)">
      \(picture(product.pictureURL, isEager: isEager))
      \(brand)
      <span class="title">\(product.highlightedTitle.map(marked) ?? "\(product.title)")</span>
      </a>
      \(rating(product.rating, count: product.ratingCount))
      \(price(product.quote, isFrom: product.isPriceFrom))
      \(choices(product))\(stock)\(summary)\(why)
      </li>
      """
  }

  /// The matches in a text; each part is escaped.
  private static func marked(_ text: HighlightedText) -> HTML {
    let parts = text.parts.map { part -> HTML in part.isFound ? "<mark>\(part.text)</mark>" : "\(part.text)" }
    return "\(parts)"
  }

  /// The options that the variants differ in, with the value that was asked for: `Red, 1 of 4 colours`, `6 sizes`.
  private static func choices(_ product: ProductCard) -> HTML? {
    guard product.variantCount > 1 else { return nil }
    guard !product.choices.isEmpty else { return "<span class=\"note\">\(product.variantCount) variants</span>" }
    let items = product.choices.map { choice -> HTML in
      let dots = choice.values.prefix(maxDots).compactMap { FacetColumn.swatch($0.hex, size: 14) }
      let count = ShopWords.count(choice.values.count, of: choice.name)
      return "<li>\(dots)<span>\(choice.meant.map { "\($0), 1 of \(count)" } ?? count)</span></li>"
    }
    return "<ul class=\"choices note\">\(items)</ul>"
  }

  /// A parcel, where there is no picture: it says nothing about the product, and is alike on all of them.
  private static let parcel: HTML = """
    <svg viewBox="0 0 64 64" fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round"><path d="M32 6 56 18v28L32 58 8 46V18zM8 18l24 12 24-12M32 30v28M20 12l24 12v8"/></svg>
    """

  /// The picture beside a title: decoration for those who cannot see it, since the title says the same.
  static func picture(_ url: String?, isEager: Bool, size: Int = 320) -> HTML {
    guard let url else { return "<span class=\"picture none\" aria-hidden=\"true\">\(parcel)</span>" }
    let loading: HTML = isEager ? "" : " loading=\"lazy\""
    return
      "<span class=\"picture\"><img src=\"\(url)\" alt=\"\" width=\"\(size)\" height=\"\(size)\" decoding=\"async\"\(loading)></span>"
  }

  static func price(_ quote: Quote?, isFrom: Bool) -> HTML {
    guard let quote else { return "<p class=\"price\"><span class=\"note\">Price on request</span></p>" }
    let from: HTML = isFrom ? "<span class=\"from\">from</span> " : ""
    let was: HTML? = quote.wasAmount.map {
      " <s><span class=\"hidden\">before: </span>\($0.displayText)</s>"
    }
    let mark: HTML = quote.wasAmount == nil ? "" : " reduced"
    return "<p class=\"price\(mark)\">\(from)<strong>\(quote.amount.displayText)</strong>\(was)</p>"
  }

  static func rating(_ average: Double?, count: Int64) -> HTML? {
    guard let average, count > 0 else { return nil }
    let tenths = Int(saturating: (average * 10).rounded())
    let text = "\(tenths / 10).\(tenths % 10)"
    // The filled part of the stars, in percent of their width, as an SVG rectangle: no inline style.
    let width = Int(saturating: (average / 5 * 100).rounded())
    return """
      <p class="rating"><svg viewBox="0 0 100 20" width="80" height="16" aria-hidden="true"><path class="stars-empty" d="\(stars)"/><svg x="0" y="0" width="\(width)" height="20" viewBox="0 0 \(width) 20"><path class="stars-full" d="\(stars)"/></svg></svg>
      <span class="hidden">Rated \(text) of 5</span><span class="count" aria-hidden="true">\(text) (\(count))</span></p>
      """
  }

  /// Five stars in a row of 100 by 20.
  private static let stars: String = (0..<5).map { index in
    let x = index * 20
    return
      "M\(x + 10) 1l2.7 5.8 6.3.8-4.6 4.4 1.2 6.3-5.6-3.1-5.6 3.1 1.2-6.3L\(x + 1) 7.6l6.3-.8z"
  }.joined()
}
