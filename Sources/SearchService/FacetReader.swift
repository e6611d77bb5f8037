import Catalog
import SearchDSL

/// Turns a response's aggregations into facets: names, order, selected values kept though their count is 0.
struct FacetReader {
  /// Values of one facet that a page shows at once.
  static let maxValues = 20

  let response: SearchResponse
  let input: SearchInput
  let labels: CatalogDirectory.Labels
  let priceSteps: [PriceStep]
  /// The answer to `Retrieval.numbersRequest`, where there was one.
  var numbers: SearchResponse?

  func facets() -> [Facet] {
    guard !response.aggregations.isEmpty else { return [] }
    return ([category(), brand(), price()] + attributes() + [rating(), stock()]).compactMap { $0 }
  }

  func single(_ name: String) -> SingleBucket? {
    if case .single(let bucket) = response.aggregations[name] { bucket } else { nil }
  }

  /// The counted values of an aggregation, and whether it left values out.
  func counted(_ name: String) -> (buckets: [Bucket], isCut: Bool) {
    guard case .buckets(let result) = single(name)?.aggregations[Retrieval.AggregationName.values] else {
      return ([], false)
    }
    return (result.buckets, result.sumOfOtherDocumentCounts > 0)
  }

  // MARK: The fixed facets

  /// The category whose page or filter it is.
  var chosenCategory: CategoryID? {
    func category(_ filters: [SearchFilter]) -> CategoryID? {
      for case .category(let id) in filters { return id }
      return nil
    }
    return category(input.filters) ?? input.listing.flatMap { category($0.filters) }
  }

  /// The categories around the chosen one: its ancestors, itself and its children; without a choice, the roots.
  private func category() -> Facet? {
    let buckets = counted("category").buckets
    var counts = [CategoryID: Int](minimumCapacity: buckets.count)
    for bucket in buckets {
      if let id = CategoryID(bucket.key.text) { counts[id] = bucket.documentCount }
    }
    let chosen = chosenCategory
    let path = chosen.flatMap { labels.tree.path(to: $0)?.steps } ?? []
    var shown = path.enumerated().map { depth, step in
      Facet.Value(
        value: step.id.description, label: step.name, count: counts[step.id] ?? 0, isSelected: step.id == chosen,
        depth: depth)
    }
    let children = chosen.map { labels.tree.children(of: $0) } ?? labels.tree.roots
    for child in children where counts[child.id] ?? 0 > 0 {
      shown.append(
        .init(
          value: child.id.description, label: child.name, count: counts[child.id] ?? 0, isSelected: false,
          depth: path.count))
    }
    return shown.isEmpty ? nil : Facet(code: "category", name: "Category", kind: .categories, values: shown)
  }

  private func brand() -> Facet? {
    var selected: [String] = []
    for case .brand(let names) in input.filters { selected = names }
    let (buckets, isCut) = counted("brand")
    // The page of a brand says the brand already.
    guard buckets.count > 1 || input.listing?.kind != .brand || !selected.isEmpty else { return nil }
    let values = merged(buckets.map { ($0.key.text[...], $0.documentCount) }, selected: selected)
    guard !values.isEmpty else { return nil }
    return Facet(
      code: "brand", name: "Brand", kind: .values, values: values, hasMore: isCut || buckets.count > values.count)
  }

  private func rating() -> Facet? {
    var chosen: Double?
    for case .minimumRating(let stars) in input.filters { chosen = stars }
    let buckets = counted("rating").buckets.sorted { ($0.from ?? 0) > ($1.from ?? 0) }
    let values = buckets.compactMap { bucket -> Facet.Value? in
      let stars = Int(saturating: bucket.from ?? 0)
      guard bucket.documentCount > 0 || chosen == Double(stars) else { return nil }
      return .init(
        value: String(stars), label: "\(stars) stars and more", count: bucket.documentCount,
        isSelected: chosen == Double(stars))
    }
    return values.isEmpty ? nil : Facet(code: "rating", name: "Customer rating", kind: .ranges, values: values)
  }

  private func stock() -> Facet? {
    let inStock = counted("stock").buckets.first { ["true", "1"].contains($0.key.text) }?.documentCount ?? 0
    let isSelected = input.filters.contains(.inStock)
    guard inStock > 0 || isSelected else { return nil }
    let value = Facet.Value(value: "yes", label: "In stock", count: inStock, isSelected: isSelected)
    return Facet(code: "stock", name: "Availability", kind: .values, values: [value])
  }

  // MARK: Price

  private func price() -> Facet? {
    guard case .stats(let stats) = single("price")?.aggregations["bounds"], let low = stats.min, let high = stats.max
    else { return nil }
    var chosen: (lower: Int64?, upper: Int64?)?
    for case .price(let lower, let upper) in input.filters { chosen = (lower, upper) }
    let bars = counted("price").buckets.sorted { ($0.from ?? 0) < ($1.from ?? 0) }
    // Empty steps are not offered.
    let values = priceSteps.compactMap { step -> Facet.Value? in
      let count = step.count(of: bars)
      guard count > 0 else { return nil }
      let isSelected = chosen.map { $0.lower == step.lower && $0.upper == step.upper.map { $0 - 1 } } ?? false
      return Facet.Value(value: step.value, label: step.label, count: count, isSelected: isSelected)
    }
    let spread = Facet.Spread(
      lowest: low, highest: max(low, high), chosenLower: chosen?.lower.map(Double.init),
      chosenUpper: chosen?.upper.map(Double.init),
      bars: bars.filter { $0.to ?? .infinity > low && $0.from ?? 0 <= high }.map {
        .init(lower: max($0.from ?? low, low), upper: min($0.to ?? high, high + 1), count: $0.documentCount)
      })
    return Facet(code: "price", name: "Price", kind: .ranges, values: values, spread: spread)
  }

  // MARK: Values

  /// Counted values by count, at most `limit`, with every selected one, though its count be 0.
  func merged(
    _ counted: [(value: Substring, count: Int)], selected: [String], limit: Int = Self.maxValues
  ) -> [Facet.Value] {
    var values = Self.first(limit, of: counted).map { part, count in
      let value = String(part)
      return Facet.Value(value: value, label: value, count: count, isSelected: selected.contains(value))
    }
    for value in selected where !values.contains(where: { $0.value == value }) {
      let count = counted.first { $0.value == value }?.count ?? 0
      values.append(.init(value: value, label: value, count: count, isSelected: true))
    }
    return values
  }

  /// The first `limit` by count, then by value. Engines give values by count, so that only as many are put in order as
  /// are as frequent as the last of these.
  private static func first(
    _ limit: Int, of counted: [(value: Substring, count: Int)]
  ) -> ArraySlice<(value: Substring, count: Int)> {
    var end = counted.count
    let isByCount = zip(counted, counted.dropFirst()).allSatisfy { $0.count >= $1.count }
    if isByCount, limit < end {
      let least = limit == 0 ? .max : counted[limit - 1].count
      end = counted[limit...].firstIndex { $0.count < least } ?? end
    }
    return counted[..<end].sorted { ($1.count, $0.value) < ($0.count, $1.value) }.prefix(limit)
  }
}

extension FieldValue {
  /// The value as text: a terms bucket's key.
  var text: String {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .double(let number): String(number)
    case .bool(let flag): String(flag)
    }
  }
}
