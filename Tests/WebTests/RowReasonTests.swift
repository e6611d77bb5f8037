// 1. A row's reasons are shown where they say more than the heading: not those of half the row, nor of the product on screen.
// 2. A visitor's history: the last products and searches, each once, newest first, and how many records there are.
import Catalog
import Ports
import Testing

@testable import Recommendations
@testable import Web

@Suite struct RowReasonTests {
  private func product(_ id: Int64, _ text: String?, of other: Int64? = nil) -> RecommendedProduct {
    RecommendedProduct(
      product: ProductID(rawValue: id), score: 1,
      reason: text.map {
        RecommendationReason(code: .boughtWith, product: other.map(ProductID.init(rawValue:)), category: nil, text: $0)
      }, isExplored: false, explanation: nil)
  }

  @Test("1: reasons")
  func reasons() {
    func shown(_ products: [RecommendedProduct], kind: RecommendationKind = .forYou, on screen: Int64? = nil) -> [Int64]
    {
      let row = RecommendationRow(kind: kind, title: "Row", products: products)
      return RecommendationRows.reasons(in: row, on: screen.map(ProductID.init(rawValue:))).keys.map(\.rawValue)
        .sorted()
    }
    let popular = (1...5).map { product($0, "Popular") }
    #expect(shown(popular) == [])
    #expect(shown(popular + [product(6, "Because you viewed Lamp"), product(7, nil)]) == [6])
    let page = [product(1, "Bought with Lamp", of: 9), product(2, "Similar to Sofa", of: 8)]
    #expect(shown(page, on: 9) == [2])
    #expect(shown(page) == [1, 2])
    #expect(shown(page, kind: .recentlyViewed) == [])
  }

  @Test("2: a visitor's history")
  func history() {
    var own = OwnHistory()
    #expect(own.isEmpty)
    for line in [
      #"{"record":"event","kind":"view","product_id":7,"occurred_at":"2026-12-01T10:00:00+00:00"}"#,
      #"{"record":"event","kind":"view","product_id":"8","occurred_at":"2026-12-01T11:00:00+00:00"}"#,
      #"{"record":"event","kind":"view","product_id":7,"occurred_at":"2026-12-01T09:00:00+00:00"}"#,
      #"{"record":"event","kind":"click","product_id":7,"occurred_at":"2026-12-01T09:00:00+00:00"}"#,
      #"{"record":"search","query":"red dress","searched_at":"2026-12-01T09:00:00+00:00"}"#,
      #"{"record":"search","query":"lamp","searched_at":"2026-12-01T09:01:00+00:00"}"#,
      #"{"record":"search","query":"red dress","searched_at":"2026-12-01T08:00:00+00:00"}"#,
      #"{"record":"impression"}"#, "{",
    ] { own.take(Array(line.utf8)) }
    #expect(own.products.map(\.rawValue) == [8, 7] && own.searches == ["lamp", "red dress"])
    #expect(own.summary == "3 views of products, 3 searches, 1 list that you were shown, 2 other records")
  }
}
