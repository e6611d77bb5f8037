import Catalog
import JSON
import Pricing
import SearchDSL

/// What a hit's `_source` says for a result card.
struct CardHit {
  var id: ProductID
  var code: String
  var title: String
  var brand: String?
  var pictureURL: String?
  var isInStock: Bool
  var rating: Double?
  var ratingCount: Int64
  var variantCount: Int
  var score: Double?
  private let source: JSONValue

  /// nil where the hit is not a product document of ours.
  init?(_ hit: Hit) {
    guard let source = hit.source, let id = ProductID(hit.id), let title = source["title"]?.string else { return nil }
    self.id = id
    self.title = title
    self.source = source
    code = source["display"]?["code"]?.string ?? ""
    brand = source["brand"]?.string
    let variants = source["display"]?["variants"]?.array ?? []
    let ownPicture = source["display"]?["pictures"]?[0]?.string
    pictureURL = ownPicture ?? variants.lazy.compactMap { $0["picture"]?.string }.first
    isInStock = source["is_in_stock"]?.bool ?? false
    rating = source["rating"]?.double
    ratingCount = source["rating_count"]?.int ?? 0
    variantCount = variants.count
    score = hit.score
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
