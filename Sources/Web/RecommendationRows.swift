import Catalog
import Edge
import HTTPServer
import Ports
import Recommendations
import Recommending
import SearchService

/// Rows of recommended products on pages, with pictures and reasons, without JavaScript.
struct RecommendationRows: Sendable {
  /// Cards of a row.
  static let length = 6

  let recommendations: RecommendationService
  let search: SearchService
  /// Notes each row as it was shown; nil where nothing is noted.
  let events: PageEvents?

  /// The rows of a place. Empty where something that they need does not answer: the page is whole without them.
  func html(_ placement: Placement, for request: HTTPRequest, product: ProductID? = nil, category: CategoryID? = nil)
    async
    -> HTML
  {
    let answer = await recommendations.recommend(
      RecommendationRequest(
        placement: placement, product: product, category: category, limit: Self.length,
        person: request.visitor.map { .visitor($0) }, device: request.saysMobile.map { $0 ? .mobile : .desktop }))
    let ids = Set(answer.rows.flatMap { $0.products.map(\.product) })
    guard !ids.isEmpty, let found = try? await search.cards(of: ids.sorted()) else { return "" }
    let cards = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var lists: [ShownList] = []
    let ranker = answer.model.map { " \($0)" } ?? ""
    var rows: [HTML] = []
    for row in answer.rows {
      let shown = row.products.filter { cards[$0.product] != nil }
      guard !shown.isEmpty else { continue }
      let list = ShownList(
        list: .random(), placement: "\(placement.rawValue)/\(row.kind.rawValue)", rankedBy: "recommender" + ranker,
        products: shown.map(\.product))
      lists.append(list)
      let reasons = Dictionary(
        shown.map { ($0.product, $0.reason?.text ?? "") }, uniquingKeysWith: { first, _ in first })
      // A row whose title says the reason does not repeat it on each card.
      let isSaid = row.kind == .becauseYouViewed || row.kind == .recentlyViewed || row.kind == .buyAgain
      let grid = ProductGrid.html(
        shown.compactMap { cards[$0.product] }, reasons: isSaid ? [:] : reasons, isEager: false, shown: list)
      rows.append(
        """
        <section class="row" data-placement="\(placement.rawValue)" data-row="\(row.kind.rawValue)"><h2>\(row.title)</h2>\(grid)</section>
        """)
    }
    events?.shown(lists, on: request)
    return "\(rows)"
  }
}
