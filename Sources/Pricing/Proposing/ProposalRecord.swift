public import JSON

extension PriceProposal {
  /// The proposal as it is kept: exact, in minor units. `init(record:)` reads it.
  public var record: JSONValue {
    var members: JSONObject = [
      "product": .string(product), "current": .int(currentPrice), "price": .int(price),
      "bound": .array(bound.map(\.record)), "gave_way": .array(gaveWay.map(\.record)),
      "curve": .array(curve.map(\.record)), "evidence": .array(evidence.map { .string($0) }),
    ]
    switch decision {
    case .change: members["decision"] = "change"
    case .keep(let reason):
      members["decision"] = "keep"
      members["reason"] = .string(reason)
    case .refused(let reason):
      members["decision"] = "refused"
      members["reason"] = .string(reason)
    }
    if let wish { members["wish"] = .double(wish) }
    if let elasticity {
      members["elasticity"] = [.double(elasticity.value), .double(elasticity.deviation), .double(elasticity.ownWeight)]
    }
    if let now { members["now"] = now.record }
    if let then { members["then"] = then.record }
    return .object(members)
  }

  /// nil for a record of another program.
  public init?(record: JSONValue) {
    guard let product = record["product"]?.string, let current = record["current"]?.int,
      let price = record["price"]?.int, let decision = Self.decision(record)
    else { return nil }
    self.init(product: product, decision: decision, currentPrice: current, price: price)
    wish = record["wish"]?.double
    bound = record["bound"]?.array?.compactMap(RailEffect.init) ?? []
    gaveWay = record["gave_way"]?.array?.compactMap(RailEffect.init) ?? []
    now = record["now"].flatMap(ExpectedSales.init)
    then = record["then"].flatMap(ExpectedSales.init)
    if let numbers = record["elasticity"]?.array?.compactMap(\.double), numbers.count == 3 {
      elasticity = ShrunkElasticity(value: numbers[0], deviation: numbers[1], ownWeight: numbers[2])
    }
    curve = record["curve"]?.array?.compactMap(ExpectedSales.init) ?? []
    evidence = record["evidence"]?.array?.compactMap(\.string) ?? []
  }

  private static func decision(_ record: JSONValue) -> Decision? {
    let reason = record["reason"]?.string ?? ""
    return switch record["decision"]?.string {
    case "change": .change
    case "keep": .keep(reason)
    case "refused": .refused(reason)
    default: nil
    }
  }
}

extension RailEffect {
  fileprivate var record: JSONValue { [.string(rail.rawValue), .string(description)] }

  fileprivate init?(_ record: JSONValue) {
    guard let rail = record[0]?.string.flatMap(Rail.init), let text = record[1]?.string else { return nil }
    self.init(rail: rail, description: text)
  }
}

extension ExpectedSales {
  /// The price, and value, low and high of units, revenue and, where there is a cost, margin.
  fileprivate var record: JSONValue {
    let numbers = [units, revenue, margin].compactMap { $0 }.flatMap { [$0.value, $0.low, $0.high] }
    return .array([.int(price)] + numbers.map { .double($0) })
  }

  fileprivate init?(_ record: JSONValue) {
    guard let price = record[0]?.int, let all = record.array?.dropFirst().compactMap(\.double),
      [6, 9].contains(all.count)
    else { return nil }
    func expected(_ place: Int) -> Expected { Expected(value: all[place], low: all[place + 1], high: all[place + 2]) }
    self.init(price: price, units: expected(0), revenue: expected(3), margin: all.count == 9 ? expected(6) : nil)
  }
}
