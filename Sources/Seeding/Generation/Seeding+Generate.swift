import Catalog
import JSON

/// The progress of a generation.
public struct SeedProgress: Sendable, Hashable {
  /// The phases, in this order.
  public enum Phase: String, Sendable, CaseIterable { case products, prices, customers, days }

  /// The current phase.
  public var phase: Phase
  /// Products, customers or days finished in this phase, and their total.
  public var done: Int
  public var total: Int
}

/// The result of a generation.
public struct SeedSummary: Sendable, Hashable {
  /// Number of lines of each file.
  public var lineCounts: [SeedFile: Int]
}

extension Seeding {
  /// Writes a whole shop to a sink: catalog, customers, sessions, orders, returns, prices, stock movements and the
  /// truth behind them. The same options give the same bytes on any machine.
  ///
  /// Memory: 17 bytes for each product and 8 for each customer, if there are customers and days, plus some 12 MB of
  /// buffers.
  public static func generate<Sink: SeedSink>(
    _ options: GenerationOptions, to sink: inout Sink, progress: (SeedProgress) -> Void = { _ in }
  ) throws -> SeedSummary {
    let world = GeneratedWorld(options)
    var out = SeedWriter(sink)
    try writeModel(world, &out)
    try writeProducts(world, &out, progress)
    try writePrices(world, &out, progress)
    try writeCustomers(world, &out, progress)
    if options.customers > 0, options.days > 0 {
      var behaviour = Behaviour(world)
      for day in 0..<options.days {
        try behaviour.day(day, &out)
        progress(SeedProgress(phase: .days, done: day + 1, total: options.days))
      }
      try behaviour.countStock(&out)
    }
    sink = try out.finish()
    return SeedSummary(
      lineCounts: Dictionary(uniqueKeysWithValues: zip(SeedFile.allCases, out.lineCounts)))
  }

  /// Progress is reported after this many: often enough for a terminal.
  private static let progressStep = 1000

  private static func tell(_ phase: SeedProgress.Phase, _ done: Int, of total: Int, _ progress: (SeedProgress) -> Void)
  {
    guard done % progressStep == 0 || done == total else { return }
    progress(SeedProgress(phase: phase, done: done, total: total))
  }

  private static func writeModel<Sink>(_ world: GeneratedWorld, _ out: inout SeedWriter<Sink>) throws {
    let options = world.options
    try out.line(.truthModel) { json in
      json.member("seed", String(options.seed))
      json.member("products", options.products)
      json.member("customers", options.customers)
      json.member("days", options.days)
      json.member("first_day", options.firstDay.description)
      json.member("last_day", options.lastDay.description)
      json.member("position_bias", DecisionModel.positionBias)
      json.member("click_intercept", DecisionModel.clickIntercept)
      json.member("click_taste", DecisionModel.clickTaste)
      json.member("click_quality", DecisionModel.clickQuality)
      json.member("click_promotion", DecisionModel.clickPromotion)
      json.member("cart_intercept", DecisionModel.cartIntercept)
      json.member("cart_taste", DecisionModel.cartTaste)
      json.member("cart_quality", DecisionModel.cartQuality)
      json.member("checkout", DecisionModel.checkout)
      json.member("kind_taste", DecisionModel.kindTaste)
      json.member("popularity_exponent", DecisionModel.popularityExponent)
      json.member("mean_life_days", DecisionModel.meanLifeDays)
    }
    for (index, kind) in world.kinds.enumerated() {
      try out.line(.truthKinds) { json in
        json.member("kind", index)
        json.member("category", kind.path)
        json.truth("taste", world.kindTastes[index])
        json.truth("trend_a_year", world.kindTrends[index])
        json.member("season_peak_day", kind.peakDay)
        json.member("season_amplitude", kind.amplitude)
        json.member("return_rate", kind.returnRate)
      }
    }
  }

  private static func writeProducts<Sink>(
    _ world: GeneratedWorld, _ out: inout SeedWriter<Sink>, _ progress: (SeedProgress) -> Void
  ) throws {
    let maker = ProductMaker(world)
    for product in 0..<world.options.products {
      let record = maker.record(product)
      try out.line(.catalog) { $0.members(of: record) }
      let truth = world.truth(ofProduct: product)
      try out.line(.truthProducts) { json in
        json.member("product", record.code)
        json.member("kind", truth.kind)
        json.truth("taste", truth.taste)
        json.truth("quality", truth.quality)
        json.member("base_price_minor", Int64(saturating: truth.basePence))
        json.member("demand_rank", truth.rank)
      }
      tell(.products, product + 1, of: world.options.products, progress)
    }
  }

  private static func writePrices<Sink>(
    _ world: GeneratedWorld, _ out: inout SeedWriter<Sink>, _ progress: (SeedProgress) -> Void
  ) throws {
    guard world.options.days > 0 else { return }
    let calendar = PriceCalendar(options: world.options)
    let clock = HistoryClock(world.options)
    for product in 0..<world.options.products {
      let truth = world.truth(ofProduct: product)
      let code = ProductMaker.code(ofProduct: product)
      for period in calendar.periods(product: product, basePence: truth.basePence) {
        try out.line(.prices) { json in
          json.member("product", code)
          json.member("list", "retail")
          json.member("amount_minor", period.pence)
          json.member("currency", "GBP")
          if let was = period.wasPence { json.member("was_minor", was) }
          json.member("reason", period.wasPence == nil ? "regular" : "promotion")
          if let from = clock.dayText(period.firstDay) { json.member("valid_from", from) }
          if let until = clock.dayText(period.endDay) { json.member("valid_until", until) }
        }
      }
      tell(.prices, product + 1, of: world.options.products, progress)
    }
  }

  private static func writeCustomers<Sink>(
    _ world: GeneratedWorld, _ out: inout SeedWriter<Sink>, _ progress: (SeedProgress) -> Void
  ) throws {
    let first = world.options.firstDay.daysSinceEpoch
    for customer in 0..<world.options.customers {
      let truth = world.truth(ofCustomer: customer)
      let code = HistoryClock.code(ofCustomer: customer)
      try out.line(.customers) { json in
        json.member("customer", code)
        json.member("kind", truth.isCompany ? "company" : "shopper")
        json.member("price_list", truth.isCompany ? "trade" : "retail")
        json.member("joined_on", CalendarDay(daysSinceEpoch: first + Int64(truth.joinedDay)).description)
      }
      try out.line(.truthCustomers) { json in
        json.member("customer", code)
        json.truth("taste", truth.taste)
        json.truth("price_sensitivity", truth.priceSensitivity)
        json.truth("visits_a_day", truth.visitRate)
        json.truth("return_factor", truth.returnFactor)
        json.member("churned_on", CalendarDay(daysSinceEpoch: first + Int64(truth.churnedDay)).description)
        json.member("churned", truth.churnedDay < world.options.days)
        json.member("favourite_colour", ProductKind.colours[truth.favouriteColour].name)
      }
      tell(.customers, customer + 1, of: world.options.customers, progress)
    }
  }
}
