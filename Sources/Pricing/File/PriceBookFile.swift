public import Catalog
public import JSON

extension PriceBookContents {
  /// Reads a price book's JSON (docs/explain/pricing.md); `PriceBook` checks what it says.
  public init(json: JSONValue) throws(PriceFileError) {
    let fields = try JSONFields(
      json, path: "", names: ["version", "quote_lifetime_seconds", "lists", "items", "promotions", "taxes"])
    var lists: [PriceList] = []
    for (path, value) in try fields.items("lists") { lists.append(try PriceList(json: value, path: path)) }
    let currencies = Dictionary(lists.map { ($0.code, $0.currency) }) { first, _ in first }
    var items: [PricedItem] = []
    for (path, value) in try fields.items("items") {
      items.append(try PricedItem(json: value, path: path, currencies: currencies))
    }
    var promotions: [Promotion] = []
    for (path, value) in try fields.items("promotions") { promotions.append(try Promotion(json: value, path: path)) }
    var taxes: [TaxRules] = []
    for (path, value) in try fields.items("taxes") { taxes.append(try TaxRules(json: value, path: path)) }
    self.init(
      version: try fields.optionalWhole("version") ?? 0,
      quoteLifetimeSeconds: try fields.optionalWhole("quote_lifetime_seconds") ?? 900, lists: lists, items: items,
      promotions: promotions, taxes: taxes)
  }
}

extension PriceList {
  fileprivate init(json: JSONValue, path: String) throws(PriceFileError) {
    let fields = try JSONFields(
      json, path: path,
      names: [
        "code", "currency", "includes_tax", "channels", "contract", "priority", "valid_from", "valid_until", "basis",
        "adjustment_percent", "ending",
      ])
    guard let includesTax = try fields.flag("includes_tax") else { throw fields.error("includes_tax", "is missing") }
    var ending: PriceEnding?
    if let below = try fields.below("ending", names: ["last", "step", "direction"]) {
      ending = PriceEnding(
        last: try below.whole("last"), step: try below.whole("step"),
        direction: try below.word("direction", PriceEnding.Direction.self) ?? .nearest)
      guard ending != nil else { throw fields.error("ending", "needs 0 ≤ last < step ≤ 1000000") }
    }
    self.init(
      code: PriceListCode(try fields.text("code")), currency: try fields.currency("currency"), includesTax: includesTax,
      channels: try fields.texts("channels").map { ChannelCode($0) },
      contract: try fields.optionalText("contract").map { ContractCode($0) },
      priority: try fields.optionalWhole("priority") ?? 0, validFrom: try fields.time("valid_from"),
      validUntil: try fields.time("valid_until"), basis: try fields.optionalText("basis").map { PriceListCode($0) },
      adjustment: try fields.optionalShare("adjustment_percent") ?? .zero, ending: ending)
  }
}

extension PricedItem {
  fileprivate init(json: JSONValue, path: String, currencies: [PriceListCode: Currency]) throws(PriceFileError) {
    let fields = try JSONFields(
      json, path: path,
      names: [
        "variant", "product", "brand", "categories", "tax_category", "content", "floors", "prices", "history",
      ])
    func list(_ fields: JSONFields) throws(PriceFileError) -> (PriceListCode, Currency) {
      let code = PriceListCode(try fields.optionalText("list") ?? PriceListCode.retail.text)
      guard let currency = currencies[code] else { throw fields.error("list", "the file has no list \(code)") }
      return (code, currency)
    }
    var rows: [PriceRow] = []
    for (path, value) in try fields.items("prices") {
      let names: Set = ["list", "amount", "was", "minimum_quantity", "valid_from", "valid_until", "sale"]
      let fields = try JSONFields(value, path: path, names: names)
      let (code, currency) = try list(fields)
      rows.append(
        PriceRow(
          Price(
            list: code, amount: try fields.amount("amount", currency),
            wasAmount: try fields.optionalAmount("was", currency),
            minimumQuantity: try fields.optionalWhole("minimum_quantity") ?? 1,
            validFrom: try fields.time("valid_from"), validUntil: try fields.time("valid_until")),
          isSale: try fields.flag("sale") ?? false))
    }
    var history: [PastPrice] = []
    for (path, value) in try fields.items("history") {
      let fields = try JSONFields(value, path: path, names: ["list", "amount", "from", "until"])
      let (code, currency) = try list(fields)
      guard let from = try fields.time("from") else { throw fields.error("from", "is missing") }
      history.append(
        PastPrice(
          list: code, amount: try fields.amount("amount", currency), from: from, until: try fields.time("until")))
    }
    var floors: [PriceFloor] = []
    for (path, value) in try fields.items("floors") {
      let fields = try JSONFields(value, path: path, names: ["kind", "amount", "currency", "includes_tax"])
      guard let kind = try fields.word("kind", PriceFloor.Kind.self) else { throw fields.error("kind", "is missing") }
      floors.append(
        PriceFloor(
          kind: kind, amount: try fields.amount("amount", try fields.currency("currency")),
          includesTax: try fields.flag("includes_tax") ?? true))
    }
    self.init(
      variant: VariantID(try fields.whole("variant")),
      product: try fields.optionalWhole("product").map { ProductID($0) },
      brand: try fields.optionalWhole("brand").map { BrandID($0) },
      categories: try fields.wholes("categories").map { CategoryID($0) },
      taxCategory: TaxCategory(try fields.optionalText("tax_category") ?? TaxCategory.standard.text),
      content: try Self.content(fields), floors: floors, rows: rows, history: history)
  }

  private static func content(_ fields: JSONFields) throws(PriceFileError) -> Content? {
    guard let below = try fields.below("content", names: ["quantity", "unit"]) else { return nil }
    guard let unit = try below.word("unit", Content.Unit.self) else { throw below.error("unit", "is missing") }
    guard let content = Content(quantity: try below.whole("quantity"), unit: unit) else {
      throw below.error("quantity", "must be 1 to 1000000000")
    }
    return content
  }
}

extension PromotionTarget {
  static let names: Set = ["variants", "products", "brands", "categories"]

  fileprivate init(_ fields: JSONFields?) throws(PriceFileError) {
    self.init(
      variants: Set(try fields?.wholes("variants").map { VariantID($0) } ?? []),
      products: Set(try fields?.wholes("products").map { ProductID($0) } ?? []),
      brands: Set(try fields?.wholes("brands").map { BrandID($0) } ?? []),
      categories: Set(try fields?.wholes("categories").map { CategoryID($0) } ?? []))
  }
}

extension Promotion {
  private enum Kind: String, CaseIterable {
    case percentage, amount, bundle
    case amountEach = "amount_each"
    case buyGet = "buy_get"
  }

  fileprivate init(json: JSONValue, path: String) throws(PriceFileError) {
    let fields = try JSONFields(
      json, path: path,
      names: [
        "code", "action", "target", "currency", "minimum_spend", "minimum_pieces", "maximum_discount", "coupon",
        "stacking", "priority", "channels", "contract", "valid_from", "valid_until",
      ])
    let currency = try fields.currency("currency")
    let coupon = try fields.optionalText("coupon").map { CouponCode($0) }
    if let coupon, coupon == nil { throw fields.error("coupon", "must have 1 to \(CouponCode.maxBytes) bytes") }
    self.init(
      code: try fields.text("code"), action: try Self.action(fields, currency),
      target: try PromotionTarget(try fields.below("target", names: PromotionTarget.names)), currency: currency,
      minimumSpend: try fields.optionalAmount("minimum_spend", currency)?.minorUnits ?? 0,
      minimumPieces: try fields.optionalWhole("minimum_pieces") ?? 0,
      maxDiscount: try fields.optionalAmount("maximum_discount", currency)?.minorUnits, coupon: coupon ?? nil,
      stacking: try fields.word("stacking", Stacking.self) ?? .stackable,
      priority: try fields.optionalWhole("priority") ?? 0,
      channels: try fields.texts("channels").map { ChannelCode($0) },
      contract: try fields.optionalText("contract").map { ContractCode($0) }, validFrom: try fields.time("valid_from"),
      validUntil: try fields.time("valid_until"))
  }

  private static func action(_ fields: JSONFields, _ currency: Currency) throws(PriceFileError) -> Action {
    let names: Set = ["type", "percent", "amount", "buy", "get", "parts", "price"]
    guard let action = try fields.below("action", names: names) else { throw fields.error("action", "is missing") }
    guard let kind = try action.word("type", Kind.self) else { throw action.error("type", "is missing") }
    switch kind {
    case .percentage: return .percentage(try action.share("percent"))
    case .amount: return .amount(try action.amount("amount", currency).minorUnits)
    case .amountEach: return .amountEach(try action.amount("amount", currency).minorUnits)
    case .buyGet:
      return .buyGet(
        buy: try action.whole("buy"), get: try action.whole("get"), off: try action.optionalShare("percent") ?? .whole)
    case .bundle:
      var parts: [BundlePart] = []
      for (path, value) in try action.items("parts") {
        let part = try JSONFields(value, path: path, names: PromotionTarget.names.union(["pieces"]))
        parts.append(BundlePart(target: try PromotionTarget(part), pieces: try part.optionalWhole("pieces") ?? 1))
      }
      return .bundle(parts: parts, price: try action.amount("price", currency).minorUnits)
    }
  }
}

extension TaxRules {
  fileprivate init(json: JSONValue, path: String) throws(PriceFileError) {
    let fields = try JSONFields(json, path: path, names: ["region", "rounding", "rates"])
    var rates: [TaxRate] = []
    for (path, value) in try fields.items("rates") {
      let fields = try JSONFields(value, path: path, names: ["category", "percent", "valid_from", "valid_until"])
      rates.append(
        TaxRate(
          category: TaxCategory(try fields.optionalText("category") ?? TaxCategory.standard.text),
          rate: try fields.share("percent"), validFrom: try fields.time("valid_from"),
          validUntil: try fields.time("valid_until")))
    }
    guard let rounding = try fields.word("rounding", TaxRounding.self) else {
      throw fields.error("rounding", "is missing: unit, line or total")
    }
    self.init(region: try fields.region("region"), rounding: rounding, rates: rates)
  }
}

/// A cart as a file holds it: its lines, and what besides goods the price depends on.
public struct CartFile: Hashable, Sendable {
  public var lines: [QuoteLine]
  public var context: QuoteContext

  /// Reads a cart's JSON; `now` is the time of a cart that has none.
  public init(json: JSONValue, now: Timestamp) throws(PriceFileError) {
    let fields = try JSONFields(
      json, path: "", names: ["currency", "channel", "contract", "region", "tax_view", "coupons", "time", "lines"])
    lines = []
    for (path, value) in try fields.items("lines") {
      let fields = try JSONFields(value, path: path, names: ["variant", "quantity"])
      lines.append(
        QuoteLine(
          variant: VariantID(try fields.whole("variant")), quantity: try fields.optionalWhole("quantity") ?? 1))
    }
    var coupons: [CouponFact] = []
    for (path, value) in try fields.items("coupons") {
      let fields = try JSONFields(value, path: path, names: ["code", "remaining_uses"])
      guard let code = CouponCode(try fields.text("code")) else { throw fields.error("code", "is empty or too long") }
      coupons.append(CouponFact(code: code, remainingUses: try fields.optionalWhole("remaining_uses") ?? 1))
    }
    context = QuoteContext(
      currency: try fields.currency("currency"), channel: ChannelCode(try fields.optionalText("channel") ?? "web"),
      contract: try fields.optionalText("contract").map { ContractCode($0) },
      taxRegion: try fields.region("region"),
      taxView: try fields.word("tax_view", TaxView.self) ?? .included, coupons: coupons,
      time: try fields.time("time") ?? now)
  }
}
