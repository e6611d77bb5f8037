public import Catalog
public import Pricing

/// The sales of a product on a day. Nothing of a shopper is in it.
public struct DailySales: Sendable, Hashable {
  public var product: ProductID
  public var day: CalendarDay
  public var units: Double
  /// In minor units.
  public var revenue: Double

  public init(product: ProductID, day: CalendarDay, units: Double, revenue: Double) {
    self.product = product
    self.day = day
    self.units = units
    self.revenue = revenue
  }
}

/// A product as the price desk sees it. Amounts are minor units of the shop's currency in the retail list.
public struct DeskProduct: Sendable, Hashable {
  public var id: ProductID
  public var code: String
  public var title: String
  public var brand: String
  public var category: String
  /// The lowest price of its variants, which a proposal is about.
  public var price: Int64
  /// The cost of that variant.
  public var cost: Int64?
  public var priceAWeekAgo: Int64?
  public var changedAt: Timestamp?

  public init(
    id: ProductID, code: String, title: String, brand: String, category: String, price: Int64, cost: Int64? = nil,
    priceAWeekAgo: Int64? = nil, changedAt: Timestamp? = nil
  ) {
    self.id = id
    self.code = code
    self.title = title
    self.brand = brand
    self.category = category
    self.price = price
    self.cost = cost
    self.priceAWeekAgo = priceAWeekAgo
    self.changedAt = changedAt
  }
}

/// A proposal that the desk keeps.
public struct KeptProposal: Sendable, Hashable {
  public enum State: String, Sendable, CaseIterable {
    case open, published, rejected
    /// A later run of the job made another.
    case superseded
    /// Its price was published and taken back.
    case rolledBack = "rolled_back"
  }

  public var id: Int64
  public var product: ProductID
  public var title: String
  public var state: State
  public var madeAt: Timestamp
  public var decidedAt: Timestamp?
  public var decidedBy: String?
  public var reason: String?
  public var publication: Int64?
  public var proposal: PriceProposal

  public init(
    id: Int64, product: ProductID, title: String, state: State, madeAt: Timestamp, decidedAt: Timestamp? = nil,
    decidedBy: String? = nil, reason: String? = nil, publication: Int64? = nil, proposal: PriceProposal
  ) {
    self.id = id
    self.product = product
    self.title = title
    self.state = state
    self.madeAt = madeAt
    self.decidedAt = decidedAt
    self.decidedBy = decidedBy
    self.reason = reason
    self.publication = publication
    self.proposal = proposal
  }
}

/// The kinds of a proposal's decision, as lists name them.
public enum ProposalKind: String, Sendable, CaseIterable, Hashable { case change, keep, refused }

/// Prices that were published together.
public struct PricePublication: Sendable, Hashable {
  public var number: Int64
  public var publishedAt: Timestamp
  public var author: String
  public var reason: String
  public var restoredFrom: Int64?
  public var prices: Int

  public init(
    number: Int64, publishedAt: Timestamp, author: String, reason: String, restoredFrom: Int64?, prices: Int
  ) {
    self.number = number
    self.publishedAt = publishedAt
    self.author = author
    self.reason = reason
    self.restoredFrom = restoredFrom
    self.prices = prices
  }
}

/// A new price for a proposal's product.
public struct PriceDecision: Sendable, Hashable {
  public var proposal: Int64
  /// The proposal's price, or one that a person typed.
  public var price: Int64

  public init(proposal: Int64, price: Int64) {
    self.proposal = proposal
    self.price = price
  }
}

/// The answer to a wish to publish or to take back.
public enum PricePublishing: Sendable, Hashable {
  case published(Int64)
  /// Nothing was changed: the reason by proposal, or by product where prices are taken back; and the proposals that
  /// stand in the way, none where the reason is about all.
  case refused([String], proposals: Set<Int64> = [])
}

/// Numbered rules of the desk; the last ones are in force.
public struct NumberedDeskRules: Sendable, Hashable {
  /// 0: the rules that a shop begins with.
  public var number: Int64
  public var rules: PriceDeskRules
  public var author: String
  public var reason: String
  public var publishedAt: Timestamp?

  public init(number: Int64, rules: PriceDeskRules, author: String, reason: String, publishedAt: Timestamp?) {
    self.number = number
    self.rules = rules
    self.author = author
    self.reason = reason
    self.publishedAt = publishedAt
  }
}

/// The sales that proposals are made from, the proposals, and the prices that were published. Each change and its audit
/// entry are one transaction.
public protocol PriceDeskStore: Sendable {
  /// The sales of the days of the products that sold most, by product and day.
  func sales(in days: Range<CalendarDay>, currency: Currency, products limit: Int) async throws -> [DailySales]
  /// The products that have a retail price at the time.
  func deskProducts(_ ids: [ProductID], currency: Currency, at time: Timestamp) async throws -> [DeskProduct]

  /// Keeps new proposals in place of those that are open.
  func replaceOpen(_ proposals: [(product: ProductID, proposal: PriceProposal)], currency: Currency, audit: AuditEntry)
    async throws
  /// Those with the largest gain first.
  func proposals(_ kind: ProposalKind, state: KeptProposal.State, limit: Int, offset: Int) async throws
    -> [KeptProposal]
  func counts() async throws -> [ProposalKind: Int]
  func proposal(_ id: Int64) async throws -> KeptProposal?
  /// The number of proposals that were open.
  func reject(_ ids: [Int64], reason: String, audit: AuditEntry) async throws -> Int

  /// Writes the variants' prices, all or none; refused if the rules in force no longer have the number `rules`.
  func publish(
    _ decisions: [PriceDecision], under rules: Int64, currency: Currency, reason: String, audit: AuditEntry
  ) async throws -> PricePublishing
  /// Gives the prices of a publication their amounts of before; nil if there is no such publication.
  func rollBack(_ number: Int64, reason: String, audit: AuditEntry) async throws -> PricePublishing?
  /// Newest first.
  func publications(limit: Int) async throws -> [PricePublication]

  func rules() async throws -> NumberedDeskRules?
  /// Adds rules after number `base`; nil if others were published since.
  func addRules(_ rules: PriceDeskRules, after base: Int64, reason: String, audit: AuditEntry) async throws -> Int64?
}
