public import Catalog

/// A way to sell: `web`, `app`, `store`, `marketplace`.
public struct ChannelCode: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let text: String
  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }
  public var description: String { text }
  public static let web: ChannelCode = "web"
}

/// The group of companies that a contract gives its prices to.
public struct ContractCode: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let text: String
  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }
  public var description: String { text }
}

/// A price list: for whom and when its rows count, and how they become prices.
public struct PriceList: Hashable, Sendable {
  public var code: PriceListCode
  public var currency: Currency
  /// Whether its amounts hold the tax of the region that is sold to, as shoppers' do; companies' usually do not.
  public var includesTax: Bool
  /// Empty: every channel.
  public var channels: [ChannelCode]
  /// nil: every customer.
  public var contract: ContractCode?
  /// The list with the highest priority that counts for a context and prices the variant gives the price.
  public var priority: Int64
  public var validFrom: Timestamp?
  public var validUntil: Timestamp?
  /// The list whose regular rows count where this one has none for a variant.
  public var basis: PriceListCode?
  /// Added to every regular row of the list, those of `basis` too: −15 % of retail.
  public var adjustment: Share
  /// Given to each regular price after the adjustment.
  public var ending: PriceEnding?

  public init(
    code: PriceListCode, currency: Currency, includesTax: Bool, channels: [ChannelCode] = [],
    contract: ContractCode? = nil, priority: Int64 = 0, validFrom: Timestamp? = nil, validUntil: Timestamp? = nil,
    basis: PriceListCode? = nil, adjustment: Share = .zero, ending: PriceEnding? = nil
  ) {
    self.code = code
    self.currency = currency
    self.includesTax = includesTax
    self.channels = channels
    self.contract = contract
    self.priority = priority
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.basis = basis
    self.adjustment = adjustment
    self.ending = ending
  }

  /// Whether the list counts for a context.
  @inline(__always)
  func counts(in context: borrowing QuoteContext) -> Bool {
    currency == context.currency
      && (contract == nil || contract == context.contract)
      && (channels.isEmpty || channels.contains(context.channel))
      && isInForce(from: validFrom, until: validUntil, at: context.time)
  }

  /// Whether two lists may both count for one context, with nothing to say which one goes first.
  func isAmbiguous(beside other: PriceList) -> Bool {
    priority == other.priority && currency == other.currency
      && (contract == nil || other.contract == nil || contract == other.contract)
      && (channels.isEmpty || other.channels.isEmpty || channels.contains(where: other.channels.contains))
      && periodsOverlap((validFrom, validUntil), (other.validFrom, other.validUntil))
  }
}

/// Whether a period that begins at `from` and ends just before `until` holds a time.
@inline(__always)
func isInForce(from: Timestamp?, until: Timestamp?, at time: Timestamp) -> Bool {
  from.map { $0 <= time } ?? true && until.map { time < $0 } ?? true
}

func periodsOverlap(_ left: (Timestamp?, Timestamp?), _ right: (Timestamp?, Timestamp?)) -> Bool {
  let startsBeforeEnd = left.0.flatMap { from in right.1.map { from < $0 } } ?? true
  let endsAfterStart = right.0.flatMap { from in left.1.map { from < $0 } } ?? true
  return startsBeforeEnd && endsAfterStart
}
