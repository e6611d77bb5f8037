import Catalog
import Ports
import Ranking

/// Impressions as training reads them: whole rows of the present features, oldest first.
struct ImpressionSet: Sendable {
  struct Page: Sendable {
    var at: Timestamp
    var query: String
    var products: [ProductID]
    var table: FeatureTable
    var grades: [Double]
    /// The place of the first product, from 0.
    var first: Int
  }

  private(set) var pages: [Page] = []

  /// Places below are left out: hardly anyone sees them.
  static let maxPlaces = 100

  /// Leaves out pages that say nothing: without a row for each product, with one product, or with a deed on each or none.
  init(_ impressions: [LoggedImpression]) {
    pages = impressions.compactMap { impression in
      guard impression.features.schema == RankingFeature.schema,
        let values = FeatureCode.values(of: impression.features.bytes),
        values.count == impression.products.count * FeatureTable.width,
        impression.grades.count == impression.products.count, impression.products.count > 1,
        impression.firstRank >= 1, impression.firstRank <= Self.maxPlaces, Set(impression.grades).count > 1
      else { return nil }
      return Page(
        at: impression.at, query: impression.query, products: impression.products, table: FeatureTable(values: values),
        grades: impression.grades, first: impression.firstRank - 1)
    }.sorted { ($0.at, $0.query) < ($1.at, $1.query) }
  }

  private init(pages: [Page]) { self.pages = pages }

  /// The earlier pages and the later ones, which are the share of all.
  func split(later share: Double) -> (earlier: ImpressionSet, later: ImpressionSet) {
    let cut = pages.count - Int(saturating: Double(pages.count) * share)
    return (ImpressionSet(pages: Array(pages[..<cut])), ImpressionSet(pages: Array(pages[cut...])))
  }

  /// With the places where the products were shown, by which the bias of places is taken out.
  func examples(withPlaces: Bool) -> RankingExamples {
    var examples = RankingExamples(featureNames: RankingFeature.all.map(\.name))
    for page in pages {
      examples.addQuery(
        rows: page.products.indices.map { Array(page.table.row($0)) }, ratings: page.grades,
        positions: withPlaces
          ? page.products.indices.map { Int32(clamping: min(page.first + $0, Self.maxPlaces - 1)) } : [])
    }
    return examples
  }

  /// How likely a shopper looks at each place, learned by the position-based click model.
  func examination() throws -> [Double] {
    let log = try ClickLog(
      pages: pages.filter { $0.first == 0 }.map { page in
        ClickLog.Page(
          query: page.query, products: page.products.map(\.description), clicked: page.grades.map { $0 > 0 })
      })
    return log.pageCount == 0 ? [] : PositionBasedModel(learningFrom: log).examination
  }
}
