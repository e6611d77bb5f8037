import Catalog
import SearchDSL

/// Turns a response's aggregations into facets: names, order, selected values kept though their count is 0.
struct FacetReader {
  /// Attributes that one page offers; those of most coverage come first.
  private static let mostAttributes = 12
  private static let mostValues = 20
  /// A facet that fewer than this share of the results have does not help to choose.
  private static let leastCoverage = 0.05

  let response: SearchResponse
  let input: SearchInput
  let labels: CatalogDirectory.Labels
  let currency: Currency

  func facets() -> [Facet] {
    guard !response.aggregations.isEmpty else { return [] }
    return ([category(), brand(), price()] + attributes() + [rating(), stock()]).compactMap { $0 }
  }

  private func single(_ name: String) -> SingleBucket? {
    if case .single(let bucket) = response.aggregations[name] { bucket } else { nil }
  }

  private func buckets(_ name: String, in bucket: SingleBucket?) -> [Bucket] {
    if case .buckets(let result) = bucket?.aggregations[name] { result.buckets } else { [] }
  }

  private func values(of name: String) -> [Bucket] {
    buckets(Retrieval.AggregationName.values, in: single(name))
  }

  // MARK: The fixed facets

  /// The categories around the chosen one: its ancestors, itself and its children; without a choice, the roots.
  private func category() -> Facet? {
    var counts: [CategoryID: Int] = [:]
    for bucket in values(of: "category") {
      if let id = CategoryID(bucket.key.text) { counts[id] = bucket.documentCount }
    }
    var chosen: CategoryID?
    for case .category(let id) in input.filters { chosen = id }
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
    let values = merged(values(of: "brand").map { ($0.key.text, $0.documentCount) }, selected: selected)
    return values.isEmpty ? nil : Facet(code: "brand", name: "Brand", kind: .values, values: values)
  }

  private func price() -> Facet? {
    guard case .stats(let stats) = single("price")?.aggregations["bounds"], let low = stats.min, let high = stats.max
    else { return nil }
    var chosen: (Int64?, Int64?)?
    for case .price(let lower, let upper) in input.filters { chosen = (lower, upper) }
    let values = values(of: "price").filter { $0.documentCount > 0 }.map { bucket in
      let lower = bucket.from.map { Int64($0) }
      let upper = bucket.to.map { Int64($0) }
      let lowerText = lower.map { Money(minorUnits: $0, currency: currency).decimalText } ?? ""
      // A bucket's upper end is outside it; a filter's is inside.
      let upperText = upper.map { Money(minorUnits: $0 - 1, currency: currency).decimalText } ?? ""
      let isSelected = chosen.map { $0.0 == lower && $0.1 == upper.map { $0 - 1 } } ?? false
      return Facet.Value(
        value: "\(lowerText)..\(upperText)", label: priceLabel(lower, upper), count: bucket.documentCount,
        isSelected: isSelected)
    }
    return Facet(
      code: "price", name: "Price", kind: .ranges, values: values, bounds: Int64(low)...Int64(max(low, high)))
  }

  private func priceLabel(_ lower: Int64?, _ upper: Int64?) -> String {
    func text(_ amount: Int64) -> String {
      Money(minorUnits: amount, currency: currency).displayText.replacing(".00", with: "")
    }
    return switch (lower, upper) {
    case (nil, let upper?): "Under \(text(upper))"
    case (let lower?, nil): "\(text(lower)) and more"
    case (let lower?, let upper?): "\(text(lower)) to \(text(upper))"
    case (nil, nil): "Any price"
    }
  }

  private func rating() -> Facet? {
    var chosen: Double?
    for case .minimumRating(let stars) in input.filters { chosen = stars }
    let values = values(of: "rating").sorted { ($0.from ?? 0) > ($1.from ?? 0) }.compactMap { bucket -> Facet.Value? in
      let stars = Int(bucket.from ?? 0)
      guard bucket.documentCount > 0 || chosen == Double(stars) else { return nil }
      return .init(
        value: String(stars), label: "\(stars) stars and more", count: bucket.documentCount,
        isSelected: chosen == Double(stars))
    }
    return values.isEmpty ? nil : Facet(code: "rating", name: "Customer rating", kind: .ranges, values: values)
  }

  private func stock() -> Facet? {
    let inStock = values(of: "stock").first { ["true", "1"].contains($0.key.text) }?.documentCount ?? 0
    let isSelected = input.filters.contains(.inStock)
    guard inStock > 0 || isSelected else { return nil }
    let value = Facet.Value(value: "yes", label: "In stock", count: inStock, isSelected: isSelected)
    return Facet(code: "stock", name: "Availability", kind: .values, values: [value])
  }

  // MARK: Attributes

  private func attributes() -> [Facet] {
    var counts: [String: [(String, Int)]] = [:]
    for bucket in values(of: Retrieval.AggregationName.attributes) {
      if let (code, value) = FacetToken.parse(bucket.key.text) {
        counts[code, default: []].append((value, bucket.documentCount))
      }
    }
    var selected: [String: [String]] = [:]
    for filter in input.filters {
      guard let code = filter.attributeCode else { continue }
      // A range has no value of its own to be shown as chosen.
      if case .attribute(_, let values) = filter { selected[code] = values } else { selected[code] = [] }
      counts[code] = self.values(of: Retrieval.AggregationName.attribute(code)).compactMap { bucket in
        FacetToken.parse(bucket.key.text).map { ($0.value, bucket.documentCount) }
      }
    }
    let total = Double(max(1, single(Retrieval.AggregationName.attributes)?.documentCount ?? 1))
    let ranked = counts.compactMap { code, values -> (definition: AttributeDefinition, coverage: Double)? in
      guard let definition = labels.attributes[code] else { return nil }
      let coverage = Double(values.reduce(0) { $0 + $1.1 }) / total
      let isUseful = coverage >= Self.leastCoverage && values.count > 1
      return isUseful || selected[code] != nil ? (definition, coverage) : nil
    }.sorted { left, right in
      (left.definition.position, -left.coverage, left.definition.code) < (
        right.definition.position, -right.coverage, right.definition.code
      )
    }
    let hexes = swatchHexes()
    return ranked.prefix(Self.mostAttributes).map { definition, _ in
      var values = merged(counts[definition.code] ?? [], selected: selected[definition.code] ?? [])
      if values.allSatisfy({ Double($0.value) != nil }) {
        values.sort { Double($0.value) ?? 0 < Double($1.value) ?? 0 }
      }
      if definition.type == .swatch { for index in values.indices { values[index].hex = hexes[values[index].value] } }
      if let unit = definition.unit { for index in values.indices { values[index].label += " \(unit)" } }
      return Facet(
        code: definition.code, name: definition.name, unit: definition.unit,
        kind: definition.type == .swatch ? .swatches : .values, values: values)
    }
  }

  private func swatchHexes() -> [String: String] {
    guard case .buckets(let tokens) = response.aggregations[Retrieval.AggregationName.swatches] else { return [:] }
    // The most frequent tone of a name stands first and is kept.
    return Dictionary(
      tokens.buckets.compactMap { FacetToken.parse($0.key.text) }.map { ($0.code, $0.value) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Counted values by count, at most `mostValues`, with every selected one, though its count be 0.
  private func merged(_ counted: [(String, Int)], selected: [String]) -> [Facet.Value] {
    let ordered = counted.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    var values = ordered.prefix(Self.mostValues).map { value, count in
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
