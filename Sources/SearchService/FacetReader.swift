import Catalog
import SearchDSL

/// Turns a response's aggregations into facets: names, order, selected values kept though their count is 0.
struct FacetReader {
  /// Values of one facet that a page shows at once.
  static let mostValues = 20

  let response: SearchResponse
  let input: SearchInput
  let labels: CatalogDirectory.Labels
  let currency: Currency

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
    var counts: [CategoryID: Int] = [:]
    for bucket in counted("category").buckets {
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
    let values = merged(buckets.map { ($0.key.text, $0.documentCount) }, selected: selected)
    guard !values.isEmpty else { return nil }
    return Facet(
      code: "brand", name: "Brand", kind: .values, values: values, hasMore: isCut || buckets.count > values.count)
  }

  private func rating() -> Facet? {
    var chosen: Double?
    for case .minimumRating(let stars) in input.filters { chosen = stars }
    let buckets = counted("rating").buckets.sorted { ($0.from ?? 0) > ($1.from ?? 0) }
    let values = buckets.compactMap { bucket -> Facet.Value? in
      let stars = Int(bucket.from ?? 0)
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
    let values = priceSteps(bars).map { lower, upper, count in
      let lowerText = lower.map { Money(minorUnits: $0, currency: currency).decimalText } ?? ""
      // A step's upper end is outside it; a filter's is inside.
      let upperText = upper.map { Money(minorUnits: $0 - 1, currency: currency).decimalText } ?? ""
      let isSelected = chosen.map { $0.lower == lower && $0.upper == upper.map { $0 - 1 } } ?? false
      return Facet.Value(
        value: "\(lowerText)..\(upperText)", label: priceLabel(lower, upper), count: count, isSelected: isSelected)
    }
    let spread = Facet.Spread(
      lowest: low, highest: max(low, high), chosenLower: chosen?.lower.map(Double.init),
      chosenUpper: chosen?.upper.map(Double.init),
      bars: bars.filter { $0.to ?? .infinity > low && $0.from ?? 0 <= high }.map {
        .init(lower: max($0.from ?? low, low), upper: min($0.to ?? high, high + 1), count: $0.documentCount)
      })
    return Facet(code: "price", name: "Price", kind: .ranges, values: values, spread: spread)
  }

  /// The steps that are offered, each of several bars; empty ones are not.
  private func priceSteps(_ bars: [Bucket]) -> [(lower: Int64?, upper: Int64?, count: Int)] {
    let edges: [Int64?] = [nil] + Retrieval.priceSteps.map(Optional.some) + [nil]
    return zip(edges, edges.dropFirst()).compactMap { lower, upper in
      let inside = bars.filter { bar in
        bar.from.map { Int64($0) } ?? 0 >= lower ?? 0 && bar.to.map { Int64($0) } ?? .max <= upper ?? .max
      }
      let count = inside.reduce(0) { $0 + $1.documentCount }
      return count > 0 ? (lower, upper, count) : nil
    }
  }

  private func priceLabel(_ lower: Int64?, _ upper: Int64?) -> String {
    func text(_ amount: Int64) -> String { Money(minorUnits: amount, currency: currency).shortText }
    return switch (lower, upper) {
    case (nil, let upper?): "Under \(text(upper))"
    case (let lower?, nil): "\(text(lower)) and more"
    case (let lower?, let upper?): "\(text(lower)) to \(text(upper))"
    case (nil, nil): "Any price"
    }
  }

  // MARK: Values

  /// Counted values by count, at most `limit`, with every selected one, though its count be 0.
  func merged(_ counted: [(String, Int)], selected: [String], limit: Int = Self.mostValues) -> [Facet.Value] {
    let ordered = counted.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    var values = ordered.prefix(limit).map { value, count in
      Facet.Value(value: value, label: value, count: count, isSelected: selected.contains(value))
    }
    for value in selected where !values.contains(where: { $0.value == value }) {
      let count = ordered.first { $0.0 == value }?.1 ?? 0
      values.append(.init(value: value, label: value, count: count, isSelected: true))
    }
    return values
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
