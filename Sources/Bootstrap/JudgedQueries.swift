import Catalog
import PostgresStore
import Ranking

/// The quality of results by people's judgments, which name products by their codes.
struct JudgedQueries: Sendable {
  let path: String
  private let queries: [String: Judgments.Query]

  init(path: String) throws {
    self.path = path
    let judgments = try Judgments(csv: String(decoding: try ProjectFolder.read(path), as: UTF8.self))
    queries = Dictionary(judgments.queries.map { ($0.text.folded, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// nDCG@10; nil where the query was not judged.
  func quality(of query: String, _ order: [ProductID], in catalog: PostgresCatalog) async throws -> Double? {
    guard let judged = queries[query.folded] else { return nil }
    let first = Array(order.prefix(10))
    var codes: [ProductID: String] = [:]
    for product in try await catalog.products(first) { codes[product.id] = product.code }
    // A product that is gone keeps its place, unjudged.
    return RelevanceMetric.ndcg10.value(of: first.map { codes[$0] ?? "gone \($0)" }, for: judged)
  }
}
