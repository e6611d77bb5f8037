import Catalog
import JSON
import Pricing
import SearchDSL

/// The part of a hit's `_source` that a result card shows.
struct CardHit {
  struct Variant {
    var id: VariantID
    var sku: String
    var pictureURL: String?
    var isInStock: Bool
    /// Codes and values, in no order: an engine that gives a part of `_source` may turn an object's members about.
    var options: [(code: String, value: String)]
  }

  var id: ProductID
  var code: String
  var title: String
  var summary: String
  var brand: String?
  var pictureURL: String?
  var isInStock: Bool
  var rating: Double?
  var ratingCount: Int64
  var variants: [Variant]
  var score: Double?
  var highlight: [String: [String]]
  /// Colours' names and what they are drawn in.
  var hexes: [String: String]
  private let source: JSONValue

  /// nil where the hit is not a product document of ours.
  init?(_ hit: Hit) {
    guard let source = hit.source, let id = ProductID(hit.id), let title = source["title"]?.string else { return nil }
    self.id = id
    self.source = source
    let display = source["display"]
    // The searched field has numbers and letters in one form; where the merchant wrote another, `display` has it.
    self.title = display?["title"]?.string ?? title
    code = display?["code"]?.string ?? ""
    summary = display?["summary"]?.string ?? source["summary"]?.string ?? ""
    brand = source["brand"]?.string
    variants = (display?["variants"]?.array ?? []).compactMap(Variant.init)
    let ownPicture = display?["pictures"]?[0]?.string
    pictureURL = ownPicture ?? variants.lazy.compactMap(\.pictureURL).first
    isInStock = source["is_in_stock"]?.bool ?? false
    rating = source["rating"]?.double
    ratingCount = source["rating_count"]?.int ?? 0
    score = hit.score
    highlight = hit.highlight
    // Show no swatches for a product with a single variant.
    let swatches = variants.count > 1 ? source["swatches"]?.array ?? [] : []
    hexes = Dictionary(
      swatches.compactMap { $0.string.flatMap(FacetToken.parse) }.map { ($0.code, $0.value) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The price that was indexed, of the first list that has one.
  func indexedQuote(lists: [PriceListCode], currency: Currency) -> Quote? {
    for list in lists {
      if let amount = source["price"]?[list.text]?.int {
        return Quote(list: list, amount: Money(minorUnits: amount, currency: currency))
      }
    }
    return nil
  }
}

extension CardHit.Variant {
  fileprivate init?(_ json: JSONValue) {
    guard let id = json["id"]?.string.flatMap({ VariantID($0) }), let sku = json["sku"]?.string else { return nil }
    self.id = id
    self.sku = sku
    pictureURL = json["picture"]?.string
    isInStock = json["in_stock"]?.bool ?? false
    options = (json["options"]?.object?.members ?? []).compactMap { member in
      member.value.string.map { (member.name, $0) }
    }
  }
}
