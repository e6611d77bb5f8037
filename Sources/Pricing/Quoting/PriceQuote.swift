public import Catalog

/// The id of a quote: equal for equal goods, context, book and total, different for anything else (128 bits).
public struct QuoteID: Hashable, Sendable, CustomStringConvertible {
  public let high: UInt64
  public let low: UInt64

  /// 32 hexadecimal digits.
  public var description: String { high.hexadecimal + low.hexadecimal }
}

/// A step that made a line's price, in order.
public enum PriceStep: Hashable, Sendable {
  /// The row of a list: the amount as written.
  case listed(PriceListCode, amount: Int64, minimumQuantity: Int64)
  case adjusted(by: Share, to: Int64)
  case ended(to: Int64)
  case sale(to: Int64)
  /// A floor is above the price.
  case raised(to: Int64, by: PriceFloor.Kind)
  case line(pieces: Int64, amount: Int64)
  case promotion(String, off: Int64)
  /// A part of a promotion that a floor did not let through.
  case held(String, by: PriceFloor.Kind, refused: Int64)
  case tax(rate: Share, rounding: TaxRounding, net: Int64, tax: Int64, gross: Int64)
}

/// The price of one line of a quote. Amounts are minor units of the quote's currency.
public struct QuotedLine: Hashable, Sendable {
  public var variant: VariantID
  public var quantity: Int64
  public var list: PriceListCode
  /// Whether `unitAmount`, `amount`, `discount` and `payable` hold the tax, as the list's amounts do.
  public var includesTax: Bool
  /// The regular price of one piece, after the list's adjustment and ending.
  public var regularUnitAmount: Int64
  /// The price of one piece before promotions: regular or sale, at least the floor.
  public var unitAmount: Int64
  /// `unitAmount × quantity`.
  public var amount: Int64
  /// The amount that promotions took off.
  public var discount: Int64 = 0
  public var payable: Int64 { amount - discount }
  public var taxRate: Share
  public var net: Int64 = 0
  public var tax: Int64 = 0
  public var gross: Int64 = 0
  /// The price to strike through: a row's own price before, if it is higher.
  public var wasUnitAmount: Int64?
  /// The lowest price of the 30 days before the reduction began, beside every announced reduction (Art. 6a).
  public var priorUnitAmount: Int64?
  /// The reduction to announce, from the prior price (Court of Justice, C-330/23); nil: none may be announced.
  public var announcedReduction: Share?
  /// The price of a kilogram, litre or metre, in the quote's tax view.
  public var measure: MeasurePrice?
  public var steps: [PriceStep]
}

/// The price of a kilogram, litre, metre or square metre.
public struct MeasurePrice: Hashable, Sendable {
  public var amount: Int64
  /// `kg`
  public var unit: String
}

/// The tax of a quote at one rate.
public struct TaxTotal: Hashable, Sendable {
  public var rate: Share
  public var net: Int64
  public var tax: Int64
  public var gross: Int64
}

/// How a coupon fared.
public struct CouponOutcome: Hashable, Sendable {
  public enum Result: String, Sendable {
    case applied
    case unknown
    /// Its promotion is over, not yet in force, or for another channel, contract or currency.
    case notInForce = "not_in_force"
    case usedUp = "used_up"
    /// The goods do not match, or come to too little.
    case conditionsNotMet = "conditions_not_met"
    /// Another promotion excludes it, or a floor holds the price.
    case noEffect = "no_effect"
  }

  public var code: CouponCode
  public var result: Result
}

/// The price of a cart: what is shown and what is charged.
public struct PriceQuote: Hashable, Sendable {
  public var id: QuoteID
  public var bookVersion: Int64
  public var currency: Currency
  public var taxView: TaxView
  public var issuedAt: Timestamp
  /// The shop honours the quote until just before this time.
  public var validUntil: Timestamp
  /// In the order of the lines that were asked for.
  public var lines: [QuotedLine]
  /// By rate, the lowest first.
  public var taxes: [TaxTotal]
  public var coupons: [CouponOutcome]
  public var net: Int64
  public var tax: Int64
  public var gross: Int64
  /// The amount that promotions took off, each line's in the tax basis of its list.
  public var discount: Int64

  /// The sum to show: with or without tax, as the context asked.
  public var shown: Money { Money(minorUnits: taxView == .included ? gross : net, currency: currency) }

  /// Whether the shop still charges this quote at a time.
  public func isHonoured(at time: Timestamp) -> Bool { issuedAt <= time && time < validUntil }
}

/// Money that goes back to a customer.
public struct Refund: Hashable, Sendable {
  public var net: Int64
  public var tax: Int64
  public var gross: Int64
}

extension PriceQuote {
  /// The refund of some pieces of a line, after others went back before; nil unless the line has as many.
  ///
  /// The sums of all pieces up to the nth are fixed, `⌊n × paid ÷ quantity⌋`, and a refund is the difference of two of
  /// them: in whatever parts the pieces come back, all of them together give exactly what was paid.
  public func refund(line: Int, pieces: Int64, returnedBefore: Int64 = 0) -> Refund? {
    guard lines.indices.contains(line), pieces > 0, returnedBefore >= 0 else { return nil }
    let paid = lines[line]
    guard pieces <= paid.quantity, returnedBefore <= paid.quantity - pieces else { return nil }
    func part(_ whole: Int64) -> Int64 {
      whole.scaled(by: returnedBefore + pieces, over: paid.quantity, rounding: .down)
        - whole.scaled(by: returnedBefore, over: paid.quantity, rounding: .down)
    }
    let gross = part(paid.gross)
    let tax = part(paid.tax)
    return Refund(net: gross - tax, tax: tax, gross: gross)
  }
}
