import Catalog
import Edge
import HTTPServer
import Ports
import Recommendations
import Recommending
import SearchService

/// Rows of recommended products on pages, with pictures and reasons, without JavaScript.
struct RecommendationRows: Sendable {
  /// Rows of one page.
  struct Rows: Sendable {
    /// The rows that follow from this shopper's own deeds.
    var own: [HTML] = []
    /// The same for everybody.
    var others: [HTML] = []

    var all: HTML { "\(own + others)" }
  }

  /// Cards of a row; four of them stand side by side in a wide window.
  static let length = 8

  let recommendations: RecommendationService
  let search: SearchService
  /// Notes each row as it was shown; nil where nothing is noted.
  let events: PageEvents?

  /// The rows of a place. Empty where something that they need does not answer: the page is whole without them.
  func html(_ placement: Placement, for request: HTTPRequest, product: ProductID? = nil, category: CategoryID? = nil)
    async -> Rows
  {
    let answer = await recommendations.recommend(
      RecommendationRequest(
        placement: placement, product: product, category: category, limit: Self.length,
        person: request.visitor.map { .visitor($0) }, device: request.saysMobile.map { $0 ? .mobile : .desktop }))
    let ids = Set(answer.rows.flatMap { $0.products.map(\.product) })
    guard !ids.isEmpty, let found = try? await search.cards(of: ids.sorted()) else { return Rows() }
    let cards = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var lists: [ShownList] = []
    let ranker = answer.model.map { " \($0)" } ?? ""
    var rows = Rows()
    for row in answer.rows {
      let shown = row.products.filter { cards[$0.product] != nil }
      guard !shown.isEmpty else { continue }
      let list = ShownList(
        list: .random(), placement: "\(placement.rawValue)/\(row.kind.rawValue)", rankedBy: "recommender" + ranker,
        products: shown.map(\.product))
      lists.append(list)
      let grid = ProductGrid.html(
        shown.compactMap { cards[$0.product] }, reasons: Self.reasons(in: row, on: product), isEager: false,
        isStrip: true, shown: list)
      let section: HTML = """
        <section class="row" data-placement="\(placement.rawValue)" data-row="\(row.kind.rawValue)"><h2>\(row.title)</h2>\(grid)</section>
        """
      if row.kind == .trending { rows.others.append(section) } else { rows.own.append(section) }
    }
    events?.shown(lists, on: request)
    return rows
  }

  /// The reasons that say more than the row's heading and the page: not those that name the product on screen, nor one that
  /// half of the row has.
  static func reasons(in row: RecommendationRow, on product: ProductID?) -> [ProductID: String] {
    if row.kind == .becauseYouViewed || row.kind == .recentlyViewed || row.kind == .buyAgain { return [:] }
    var counts: [String: Int] = [:]
    for shown in row.products { if let text = shown.reason?.text { counts[text, default: 0] += 1 } }
    var reasons: [ProductID: String] = [:]
    for shown in row.products {
      guard let reason = shown.reason, product == nil || reason.product != product,
        counts[reason.text] == 1 || counts[reason.text, default: 0] * 2 < row.products.count
      else { continue }
      reasons[shown.product] = reason.text
    }
    return reasons
  }
}
