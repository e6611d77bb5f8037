import Catalog
import SearchService

/// The page of one product.
struct ProductView {
  let product: ProductPage
  /// The variant chosen by `?variant=`; nil: the first that is in stock.
  let chosen: VariantID?
  /// Rows of recommended products.
  let recommended: HTML

  private var variant: ProductPage.Variant? {
    product.variants.first { $0.id == chosen } ?? product.variants.first(where: \.isInStock) ?? product.variants.first
  }

  var body: HTML {
    """
    \(crumbs)
    <article class="product">
    <div class="gallery">\(gallery)</div>
    <div class="facts">
    <h1>\(product.title)</h1>
    \(brand)\(ProductGrid.rating(product.rating, count: product.ratingCount))
    \(ProductGrid.price(variant?.quote ?? product.lowestQuote, isFrom: false))
    \(stock)
    \(choices)
    <p class="summary">\(product.summary)</p>
    \(table)
    </div>
    </article>
    \(recommended)
    """
  }

  private var crumbs: HTML? {
    guard let path = product.categories.first else { return nil }
    let steps = path.steps.map { step -> HTML in "<li><a href=\"/c/\(step.slug)\">\(step.name)</a></li>" }
    return "<nav aria-label=\"You are here\"><ol class=\"crumbs\"><li><a href=\"/\">Home</a></li>\(steps)</ol></nav>"
  }

  private static let mostPictures = 4

  private var gallery: [HTML] {
    var urls = [variant?.pictureURL].compactMap { $0 }
    for url in product.pictureURLs.prefix(Self.mostPictures + 1) where !urls.contains(url) { urls.append(url) }
    return urls.isEmpty
      ? [ProductGrid.picture(nil, isEager: true)]
      : urls.prefix(Self.mostPictures).enumerated().map { ProductGrid.picture($1, isEager: $0 == 0, size: 640) }
  }

  private var brand: HTML? {
    product.brand.map { name in
      let slug = Slug.brand(name)
      let href =
        slug.isEmpty
        ? Address(path: "/search", parameters: [("filter", "brand:\(name)")]).text : "/b/\(Address.encoded(slug))"
      return "<p class=\"brand\"><a href=\"\(href)\">\(name)</a></p>"
    }
  }

  private var stock: HTML {
    variant?.isInStock ?? false
      ? "<p class=\"stock yes\">In stock</p>" : "<p class=\"stock no\">Out of stock</p>"
  }

  /// One list a product with variants: each names its options, its price and whether it is there.
  private var choices: HTML? {
    guard product.variants.count > 1 else { return nil }
    let items = product.variants.map { item -> HTML in
      let label = item.options.map { $0.values.map(\.displayText).joined(separator: ", ") }.joined(separator: " · ")
      let current: HTML = item.id == variant?.id ? " aria-current=\"true\"" : ""
      let note: HTML? = item.isInStock ? nil : " <span class=\"note\">out of stock</span>"
      return """
        <li><a href="/products/\(product.id.description)?variant=\(item.id.description)"\(current)>\(swatch(item))<span class="label">\(label.isEmpty ? item.sku.text : label)</span>\(note)</a></li>
        """
    }
    return "<section class=\"variants\"><h2>Choose</h2><ul>\(items)</ul></section>"
  }

  private func swatch(_ item: ProductPage.Variant) -> HTML? {
    for case .swatch(_, let hex) in item.options.flatMap(\.values) {
      return
        "<svg class=\"swatch\" viewBox=\"0 0 20 20\" width=\"18\" height=\"18\" aria-hidden=\"true\"><circle cx=\"10\" cy=\"10\" r=\"9\" fill=\"\(hex)\" stroke=\"#8a94a0\"/></svg>"
    }
    return nil
  }

  private var table: HTML? {
    var rows = product.attributes.map { attribute -> HTML in
      let values = attribute.values.map(\.displayText).joined(separator: ", ")
      let unit = attribute.definition.unit.map { " \($0)" } ?? ""
      return "<tr><th scope=\"row\">\(attribute.definition.name)</th><td>\(values)\(unit)</td></tr>"
    }
    if let variant {
      rows.append("<tr><th scope=\"row\">Article number</th><td>\(variant.sku.text)</td></tr>")
      if let gtin = variant.gtin { rows.append("<tr><th scope=\"row\">GTIN</th><td>\(gtin)</td></tr>") }
    }
    return "<section><h2>Details</h2><table class=\"details\"><tbody>\(rows)</tbody></table></section>"
  }
}
