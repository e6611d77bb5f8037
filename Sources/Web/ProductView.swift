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
    let path = product.categories.first?.steps ?? []
    var steps = path.map { step -> HTML in "<li><a href=\"/c/\(step.slug)\">\(step.name)</a></li>" }
    // Without a category, the brand is the way back to a list.
    if steps.isEmpty, let name = product.brand {
      steps.append("<li><a href=\"\(Address.brand(name))\">\(name)</a></li>")
    }
    return "<nav aria-label=\"You are here\"><ol class=\"crumbs\"><li><a href=\"/\">Home</a></li>\(steps)</ol></nav>"
  }

  private var summary: HTML? {
    product.summary.isEmpty ? nil : "<p class=\"summary\">\(product.summary)</p>"
  }

  private static let maxPictures = 6

  /// The chosen picture, and under it small ones that are links to it.
  private var gallery: HTML {
    var urls = [variant?.pictureURL].compactMap { $0 }
    for url in product.pictureURLs.prefix(Self.maxPictures + 1) where !urls.contains(url) { urls.append(url) }
    urls = Array(urls.prefix(Self.maxPictures))
    let shown = (1...max(1, urls.count)).contains(shownPicture) ? shownPicture - 1 : 0
    let large = ProductGrid.picture(
      urls.isEmpty ? nil : urls[shown], isEager: true, size: 640)
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
    product.brand.map { name in "<p class=\"brand\"><a href=\"\(Address.brand(name))\">\(name)</a></p>" }
  }

  private var stock: HTML {
    variant?.isInStock ?? false
      ? "<p class=\"stock yes\">In stock</p>" : "<p class=\"stock no\">Out of stock</p>"
  }

  private var choices: HTML? {
    product.variants.count > 1 ? VariantPicker(product: product, current: variant).html : nil
  }

  /// The product's properties, without the options that the choice above shows.
  private var table: HTML? {
    let known = Set(product.attributes.map(\.definition.code)).union(
      VariantPicker(product: product, current: variant).shownCodes)
    let options = variant?.options.filter { !known.contains($0.definition.code) } ?? []
    let rows = (product.attributes + options).map { row($0.definition.name, Self.text(of: $0)) }
    let details: HTML? =
      rows.isEmpty ? nil : "<h2>Details</h2><table class=\"details\"><tbody>\(rows)</tbody></table>"
    return "<section>\(details)\(codes)</section>"
  }

  /// Numbers for those who order or compare by them, folded.
  private var codes: HTML? {
    guard let variant else { return nil }
    var rows = [row("Article number", variant.sku.text)]
    if let gtin = variant.gtin { rows.append(row("GTIN", "\(gtin)")) }
    return """
      <details class="codes"><summary>Product codes</summary><table class="details"><tbody>\(rows)</tbody></table></details>
      """
  }

  private func row(_ name: String, _ text: String) -> HTML {
    "<tr><th scope=\"row\">\(name)</th><td>\(text)</td></tr>"
  }

  /// The values as a shopper reads them: `Yes`, `31 March 2033`, `45 cm`.
  private static func text(of attribute: ProductSnapshot.Attribute) -> String {
    let values = attribute.values.map { value in
      switch value {
      case .boolean(let isSo): isSo ? "Yes" : "No"
      case .date(let day): ShopWords.date(day.description)
      default: value.displayText
      }
    }.joined(separator: ", ")
    return attribute.definition.unit.map { "\(values) \($0)" } ?? values
  }
}
