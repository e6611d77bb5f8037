import Catalog
import Ports
import Pricing
import SearchDSL
import Understanding

/// The parts that the cards of one answer are drawn with.
struct CardDrawing {
  let input: SearchInput
  let choice: VariantChoice
  let labels: CatalogDirectory.Labels
  /// The allowed prices of a product, in minor units: by the filters, and by words such as `under 50`.
  let prices: ClosedRange<Int64>

  init(input: SearchInput, plan: QueryPlan, labels: CatalogDirectory.Labels) {
    self.input = input
    self.labels = labels
    let filters = input.filters + (input.listing?.filters ?? [])
    let pairs = plan.recognitions.flatMap { recognition -> [(code: String, value: String)] in
      guard recognition.isFilter, case .values(let pairs) = recognition.constraint else { return [] }
      return pairs.map { ($0.code, $0.value) }
    }
    choice = VariantChoice(text: plan.text, filters: filters, recognised: pairs)
    var (lowest, highest): (Int64, Int64) = (.min, .max)
    func narrow(_ lower: Int64?, _ upper: Int64?) {
      lowest = max(lowest, lower ?? .min)
      highest = min(highest, upper ?? .max)
    }
    for case .price(let lower, let upper) in filters { narrow(lower, upper) }
    for case .price(let lower, let upper) in plan.filters.map(\.constraint) { narrow(lower, upper) }
    // Where they leave nothing between them, nothing was found either.
    prices = lowest...max(lowest, highest)
  }

  var isPriceLimited: Bool { prices != .min ... .max }
}

extension Pricer {
  /// The card with today's price; nil where today's price leaves what the search allows.
  ///
  /// Where the search means some of the variants, the card is of those: of the first in stock, with the lowest price that
  /// the search allows. The index knows the product's lowest price alone: the red dress of 60 whose blue sister costs 45 is
  /// found under 50, and left out here.
  ///
  /// `quotes` nil: the indexed price stands in.
  func card(for hit: CardHit, quotes known: [VariantID: Quote]?, _ drawing: CardDrawing) -> ProductCard? {
    let quotes = known ?? [:]
    let lowest =
      known == nil
      ? hit.indexedQuote(lists: drawing.input.shopper.priceLists, currency: currency)
      : quotes.values.min { $0.amount.minorUnits < $1.amount.minorUnits }
    func isAllowed(_ quote: Quote?) -> Bool {
      !drawing.isPriceLimited || quote.map { drawing.prices.contains($0.amount.minorUnits) } ?? false
    }
    guard isAllowed(lowest) else { return nil }
    var meant = drawing.choice.meant(of: hit.variants)
    if let variants = meant, known != nil {
      meant = variants.filter { isAllowed(quotes[$0.id]) }
      if meant?.isEmpty == true { return nil }
    }
    let shown = meant.flatMap { variants in
      variants.filter(\.isInStock).min { amount(of: $0, quotes) < amount(of: $1, quotes) } ?? variants.first
    }
    let amounts = meant.map { $0.compactMap { quotes[$0.id]?.amount } } ?? quotes.values.map(\.amount)
    let isPriceFrom = amounts.contains { $0.minorUnits != amounts[0].minorUnits }
    return ProductCard(
      id: hit.id, code: hit.code, title: hit.title, brand: hit.brand, pictureURL: shown?.pictureURL ?? hit.pictureURL,
      variant: shown.map { variant(of: $0, drawing.labels) },
      quote: known == nil ? lowest : shown.map { quotes[$0.id] } ?? lowest,
      isPriceFrom: isPriceFrom, isInStock: shown?.isInStock ?? hit.isInStock,
      rating: hit.rating, ratingCount: hit.ratingCount, variantCount: hit.variants.count,
      choices: choices(of: hit, meant: meant ?? [], drawing),
      highlightedTitle: hit.highlight["title"]?.first.flatMap { HighlightedText(fragment: $0, of: hit.title) },
      highlightedSummary: hit.highlight["summary"]?.first.flatMap { HighlightedText(fragment: $0, of: hit.summary) },
      score: hit.score)
  }

  private func amount(of variant: CardHit.Variant, _ quotes: [VariantID: Quote]) -> Int64 {
    quotes[variant.id]?.amount.minorUnits ?? .max
  }

  private func variant(of variant: CardHit.Variant, _ labels: CatalogDirectory.Labels) -> ProductCard.Variant {
    ProductCard.Variant(
      id: variant.id, sku: SKU(variant.sku),
      options: variant.options.sorted { labels.isBefore($0.code, $1.code) }.map { code, value in
        .init(code: code, name: labels.attributes[code]?.name ?? code, value: value)
      })
  }

  /// The options that have several values, each value once.
  private func choices(
    of hit: CardHit, meant: [CardHit.Variant], _ drawing: CardDrawing
  ) -> [ProductCard.Choice] {
    // A product with one variant offers no choice.
    guard hit.variants.count > 1 else { return [] }
    var codes: [String] = []
    var values: [String: [String]] = [:]
    for (code, value) in hit.variants.flatMap(\.options) where values[code]?.contains(value) != true {
      if values[code] == nil { codes.append(code) }
      values[code, default: []].append(value)
    }
    return codes.sorted(by: drawing.labels.isBefore).compactMap { code in
      guard let labels = values[code], labels.count > 1 else { return nil }
      let definition = drawing.labels.attributes[code]
      let asked = Set(meant.compactMap { variant in variant.options.first { $0.code == code }?.value })
      return ProductCard.Choice(
        code: code, name: definition?.name ?? code,
        values: labels.map { .init(label: $0, hex: definition?.type == .swatch ? hit.hexes[$0] : nil) },
        meant: asked.count == 1 ? asked.first : nil)
    }
  }
}
