import Catalog
import SearchService

/// The page of one product.
struct ProductView {
  let product: ProductPage
  /// The variant chosen by `?variant=`; nil: the first that is in stock.
  let chosen: VariantID?
  /// The picture that is shown large, counted from 1.
  let shownPicture: Int
  /// Rows of recommended products.
  let recommended: HTML

  private var variant: ProductPage.Variant? {
    product.variants.first { $0.id == chosen } ?? product.variants.first(where: \.isInStock) ?? product.variants.first
  }

  var body: HTML {
    """
    \(crumbs)
    <article class="product">
    \(gallery)
    <div class="facts">
    <h1>\(product.title)</h1>
    \(brand)\(ProductGrid.rating(product.rating, count: product.ratingCount))
    \(ProductGrid.price(variant?.quote ?? product.lowestQuote, isFrom: false))
    \(stock)
    \(choices)
    \(summary)
    \(table)
    </div>
    </article>
    \(recommended)
    """
  }

  private var crumbs: HTML? {
    guard let path = product.categories.first else { return nil }
    let steps = path.steps.map { step -> HTML in "<li><a href=\"/c/\(step.slug)\">\(step.name)</a></li>" }
    return
      "<nav aria-label=\"You are here\"><ol class=\"crumbs\"><li><a href=\"/\">Front page</a></li>\(steps)</ol></nav>"
  }

  private var summary: HTML? {
    product.summary.isEmpty ? nil : "<p class=\"summary\">\(product.summary)</p>"
  }

  private static let mostPictures = 6

  /// The chosen picture, and under it small ones that are links to it.
  private var gallery: HTML {
    var urls = [variant?.pictureURL].compactMap { $0 }
    for url in product.pictureURLs.prefix(Self.mostPictures + 1) where !urls.contains(url) { urls.append(url) }
    urls = Array(urls.prefix(Self.mostPictures))
    let shown = (1...max(1, urls.count)).contains(shownPicture) ? shownPicture - 1 : 0
    let large = ProductGrid.picture(
      urls.isEmpty ? nil : urls[shown], of: product.title, isEager: true, size: 640)
    let small = urls.enumerated().map { index, url -> HTML in
      let current: HTML = index == shown ? " aria-current=\"true\"" : ""
      return """
        <li><a rel="nofollow" href="\(address(of: variant, picture: index + 1))"\(current)><img src="\(url)" alt="Picture \(index + 1)" width="72" height="72" decoding="async"></a></li>
        """
    }
    let list: HTML? = urls.count > 1 ? "<ul class=\"thumbnails\">\(small)</ul>" : nil
    return "<div class=\"gallery\">\(large)\(list)</div>"
  }

  private func address(of variant: ProductPage.Variant?, picture: Int = 1) -> String {
    var parameters = variant.map { [(name: "variant", value: $0.id.description)] } ?? []
    if picture > 1 { parameters.append(("picture", String(picture))) }
    return Address(path: "/products/\(product.id.description)", parameters: parameters).text
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

  private var choices: HTML? {
    product.variants.count > 1 ? VariantPicker(product: product, current: variant).html : nil
  }

  private var table: HTML? {
    var rows = product.attributes.map(row)
    if let variant {
      let known = Set(product.attributes.map(\.definition.code))
      rows += variant.options.filter { !known.contains($0.definition.code) }.map(row)
      rows.append("<tr><th scope=\"row\">Article number</th><td>\(variant.sku.text)</td></tr>")
      if let gtin = variant.gtin { rows.append("<tr><th scope=\"row\">GTIN</th><td>\(gtin)</td></tr>") }
    }
    return "<section><h2>Details</h2><table class=\"details\"><tbody>\(rows)</tbody></table></section>"
  }

  private func row(_ attribute: ProductSnapshot.Attribute) -> HTML {
    "<tr><th scope=\"row\">\(attribute.definition.name)</th><td>\(VariantPicker.text(of: attribute))</td></tr>"
  }
}
